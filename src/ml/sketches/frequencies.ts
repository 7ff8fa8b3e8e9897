/** How often each value occurred, by its 53-bit print, up to a bound; the rest in `others`. */
export interface ValueCounts {
  add(print: number, times?: number): void;
  /** Shannon entropy in bits, values beyond the bound taken for one: exact below the bound, a lower bound above it. NaN when empty. */
  entropy(): number;
  merge(other: ValueCounts): void;
  toNumbers(): Float64Array;
}

const OTHERS = 0;

export function valueCounts(most: number, numbers: Float64Array = new Float64Array(0)): ValueCounts {
  const counts = new Map<number, number>();
  const add = (print: number, times = 1): void => {
    const known = counts.get(print);
    if (known !== undefined) counts.set(print, known + times);
    else if (counts.size < most) counts.set(print, times);
    else counts.set(OTHERS, (counts.get(OTHERS) ?? 0) + times);
  };
  for (let i = 0; i + 1 < numbers.length; i += 2) counts.set(numbers[i] as number, numbers[i + 1] as number);
  return {
    add,
    entropy() {
      let total = 0;
      for (const count of counts.values()) total += count;
      if (total === 0) return Number.NaN;
      let entropy = 0;
      for (const count of Float64Array.from(counts.values()).sort()) entropy -= (count / total) * Math.log2(count / total);
      return Math.max(0, entropy);
    },
    merge(other) {
      const theirs = other.toNumbers();
      for (let i = 0; i + 1 < theirs.length; i += 2) add(theirs[i] as number, theirs[i + 1] as number);
    },
    toNumbers: () => Float64Array.from([...counts].sort(([a], [b]) => a - b).flat()),
  };
}
