const WILDCARD = '<*>';

/**
 * The texts that a template's wildcards stand for in a message's first line, blanks made one; undefined when it does not fit.
 * Leftmost matching of the literal parts: linear for practical templates and never backtracking.
 */
export function parametersOf(content: string, template: string): string[] | undefined {
  const parts = template.split(WILDCARD);
  const lineEnd = content.indexOf('\n');
  const text = (lineEnd < 0 ? content : content.slice(0, lineEnd)).trim().replace(/[ \t\v\f\r]+/g, ' ');
  const first = parts[0] as string;
  if (!text.startsWith(first)) return undefined;
  if (parts.length === 1) return text === first ? [] : undefined;
  const values: string[] = [];
  let at = first.length;
  for (let i = 1; i < parts.length - 1; i++) {
    const next = text.indexOf(parts[i] as string, (parts[i] as string) === '' ? at : at + 1);
    if (next < 0) return undefined;
    values.push(text.slice(at, next));
    at = next + (parts[i] as string).length;
  }
  const last = parts.at(-1) as string;
  if (text.length - last.length < at || !text.endsWith(last)) return undefined;
  values.push(text.slice(at, text.length - last.length));
  return values;
}
