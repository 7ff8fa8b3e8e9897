/** How a table writes numbers. */
export type Decimal = '.' | ',';

const ABSENT = /^(|-|--|–|\?|nan|null|none|nil|n\/?a|#n\/a|missing|\\n)$/i;
const COMMA = /^[+-]?(\d{1,3}([. \u00a0\u202f']\d{3})+|\d+)?(,\d+)?(e[+-]?\d+)?$/i;
const THOUSANDS = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;

/** What stands for no reading. */
export function isAbsent(cell: string): boolean {
  return cell.length <= 8 && ABSENT.test(cell);
}

/** A cell's number; NaN for what is absent or none. A per cent sign behind it says nothing. */
export function numberIn(cell: string, decimal: Decimal): number {
  if (cell === '' || cell.length > 64) return Number.NaN;
  const plain = Number(cell);
  if (decimal === '.' || !cell.includes(',')) {
    if (decimal === ',' && /^[+-]?\d{1,3}(\.\d{3})+$/.test(cell)) return Number(cell.replaceAll('.', ''));
    if (!Number.isNaN(plain)) return plain;
  }
  const bare = cell.endsWith('%') ? cell.slice(0, -1).trim() : cell;
  if (bare !== cell) return numberIn(bare, decimal);
  if (decimal === ',')
    return COMMA.test(cell) && /\d/.test(cell) ? Number(cell.replace(/[. \u00a0\u202f']/g, '').replace(',', '.')) : Number.NaN;
  return THOUSANDS.test(cell) ? Number(cell.replaceAll(',', '')) : Number.NaN;
}

/**
 * Decimal commas are told from commas between thousands by all cells: one that is followed by other than three digits is a decimal one.
 * Where each is followed by three, a table separated by semicolons has decimal commas, as the programs that write it so do.
 */
export function decimalOf(cells: Iterable<string>, separator: string): { readonly decimal: Decimal; readonly assumed: boolean } {
  let thousands = false;
  for (const cell of cells) {
    if (!cell.includes(',') || cell.length > 64) continue;
    if (/^[+-]?\d{1,3}(,\d{3})+\.\d+$/.test(cell) || /^[+-]?\d{1,3}(,\d{3}){2,}$/.test(cell)) return { decimal: '.', assumed: false };
    if (COMMA.test(cell) && !/,\d{3}$/.test(cell)) return { decimal: ',', assumed: false };
    thousands ||= THOUSANDS.test(cell);
  }
  return { decimal: thousands && separator === ';' ? ',' : '.', assumed: thousands };
}
