/** C0 and C1 controls, marks that turn the direction of text, line and paragraph separators. */
const HIDDEN = /[\p{Cc}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu;

/** One line as a terminal may show it: what a terminal obeys becomes `\\u001b`, which JSON reads as the same character. Tabs stay. */
export function visible(line: string): string {
  return line.replace(HIDDEN, (char) => (char === '\t' ? char : escaped(char)));
}

/** As `visible`, for a text of several lines. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (char) => (char === '\t' || char === '\n' ? char : escaped(char)));
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
