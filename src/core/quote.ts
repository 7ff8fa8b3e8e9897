/** Text of others in quotes, cut after `longest` characters; in curly ones where it has straight ones itself. */
export function quoted(text: string, longest = Number.POSITIVE_INFINITY): string {
  const cut = text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
  return cut.includes('"') ? `“${cut}”` : `"${cut}"`;
}
