/** What a spreadsheet takes for a formula; a number with its sign is none. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * One text as a cell of a table that people open in a spreadsheet (RFC 4180): quoted where needed, and with an apostrophe in front
 * where a spreadsheet would run it as a formula, since texts of hosts, names and requests are written by others.
 */
export function csvCell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) && text !== '-' ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
