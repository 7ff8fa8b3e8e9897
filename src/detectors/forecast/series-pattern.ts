/** A pattern of series names, `*` for any characters, as a test of a name; linear in the name: each part is looked for after the one before. */
export function seriesPattern(pattern: string): (name: string) => boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return (name) => name === first;
  const last = rest.pop() as string;
  return (name) => {
    if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= name.length - last.length;
  };
}
