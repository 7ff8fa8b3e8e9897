/** Levenshtein distance with one row of memory; both strings are cut at 64 characters (keys come from strangers' files). */
export function editDistance(left: string, right: string): number {
  const a = left.slice(0, 64).toLowerCase();
  const b = right.slice(0, 64).toLowerCase();
  const row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0] as number;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] as number;
      const substituted = diagonal + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(substituted, above + 1, (row[j - 1] as number) + 1);
      diagonal = above;
    }
  }
  return row[b.length] as number;
}

/** The closest of `known`, when it is close enough to be meant; ties go to the first. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 2)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}
