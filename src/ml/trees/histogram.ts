/**
 * Derivatives are rounded to integers and packed as h * 2^27 + g into one double, so that a histogram takes one addition per
 * row and column, sums are exact, and their order (and with it the number of threads) does not matter. Sums of |g| and of h
 * over all rows stay below 2^26.
 */
const SHIFT = 2 ** 27;
const INVERSE = 2 ** -27;
const ROOM = 2 ** 26;
const MOST_LEVELS = 2 ** 15;
/** Below so many levels rounding is dithered, which keeps sums unbiased (Shi et al., Quantized training of GBDT, 2022). */
const DITHERED_BELOW = 1024;

/** Most rows whose sums fit. */
export const MOST_ROWS = ROOM / 8;

export interface Packed {
  /** Rows whose packed derivative is not zero; the others cannot change any sum. */
  readonly active: number;
  /** What one unit of g and of h stands for. */
  readonly gradientUnit: number;
  readonly hessianUnit: number;
}

/** Packs the derivatives of `rows` rows; writes the active rows' numbers into `order`. */
export function packDerivatives(g: Float64Array, h: Float64Array, packed: Float64Array, order: Int32Array, salt: number): Packed {
  const rows = g.length;
  const levels = Math.min(MOST_LEVELS, Math.floor(ROOM / Math.max(1, rows)) - 1);
  let largestG = 0;
  let largestH = 0;
  for (let row = 0; row < rows; row++) {
    const size = Math.abs(g[row] as number);
    if (size > largestG) largestG = size;
    if ((h[row] as number) > largestH) largestH = h[row] as number;
  }
  const gradientUnit = largestG / levels || 1;
  const hessianUnit = largestH / levels || 1;
  const dithered = levels < DITHERED_BELOW;
  let active = 0;
  for (let row = 0; row < rows; row++) {
    const shift = dithered ? noise(row, salt) : 0.5;
    const hq = Math.floor((h[row] as number) / hessianUnit + shift);
    const gq = Math.floor((g[row] as number) / gradientUnit + shift);
    const value = hq * SHIFT + gq;
    packed[row] = value;
    if (value !== 0) order[active++] = row;
  }
  return { active, gradientUnit, hessianUnit };
}

/** In [0, 1), a function of row and salt. */
function noise(row: number, salt: number): number {
  let x = Math.imul(row ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

export function hessianOf(packed: number): number {
  return Math.floor(packed * INVERSE + 0.5);
}

export function gradientOf(packed: number, hessian: number): number {
  return packed - hessian * SHIFT;
}

/** Adds the packed derivatives of `order[from, to)` into the bins of one column. `gathered[i]` belongs to `order[from + i]`. */
export function accumulate(
  codes: Uint8Array,
  order: Int32Array,
  from: number,
  to: number,
  gathered: Float64Array,
  bins: Float64Array,
): void {
  let i = from;
  let j = 0;
  for (; i + 3 < to; i += 4, j += 4) {
    const a = codes[order[i] as number] as number;
    const b = codes[order[i + 1] as number] as number;
    const c = codes[order[i + 2] as number] as number;
    const d = codes[order[i + 3] as number] as number;
    bins[a] = (bins[a] as number) + (gathered[j] as number);
    bins[b] = (bins[b] as number) + (gathered[j + 1] as number);
    bins[c] = (bins[c] as number) + (gathered[j + 2] as number);
    bins[d] = (bins[d] as number) + (gathered[j + 3] as number);
  }
  for (; i < to; i++, j++) {
    const a = codes[order[i] as number] as number;
    bins[a] = (bins[a] as number) + (gathered[j] as number);
  }
}
