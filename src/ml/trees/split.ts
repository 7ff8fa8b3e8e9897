import type { BinnedRows } from './bins.ts';
import { gradientOf, hessianOf, type Packed } from './histogram.ts';
import type { CompleteBoostingOptions } from './options.ts';

/** Sums of a leaf's derivatives. */
export interface Sums {
  readonly gradient: number;
  readonly hessian: number;
}

/** Rows with bin <= `bin` go left, and with `missingLeft` those without the value. */
export interface Split {
  readonly column: number;
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly gain: number;
  readonly left: Sums;
}

const LEAST_GAIN = 1e-9;

/** The split with the largest gain GL^2/(HL+l2) + GR^2/(HR+l2) - G^2/(H+l2); the first of equals. Undefined where none gains. */
export function bestSplit(
  data: BinnedRows,
  histogram: Float64Array,
  total: Sums,
  rows: number,
  packed: Packed,
  options: CompleteBoostingOptions,
): Split | undefined {
  const { minLeafRows, minLeafHessian, l2 } = options;
  if (rows < 2 * minLeafRows) return undefined;
  const { gradientUnit, hessianUnit } = packed;
  const { gradient: G, hessian: H } = total;
  const before = (G * G) / (H + l2);
  // rows of a bin are estimated by its share of the hessian and rounded, as LightGBM does
  const leastHessian = Math.max(minLeafHessian, ((minLeafRows - 0.5) * H) / rows);
  let best = LEAST_GAIN;
  let column = -1;
  let bin = 0;
  let missingLeft = false;
  let leftG = 0;
  let leftH = 0;
  for (let c = 0; c < data.columns.length; c++) {
    const { first, missing, count, upper } = data.columns[c] as BinnedRows['columns'][number];
    if (count < 2) continue;
    const none = missing < 0 ? 0 : (histogram[first + missing] as number);
    // without missing values in this leaf both sides are the same
    for (let side = 0; side < (none === 0 ? 1 : 2); side++) {
      let h = side === 0 ? 0 : hessianOf(none);
      let g = side === 0 ? 0 : gradientOf(none, h);
      g *= gradientUnit;
      h *= hessianUnit;
      // the last bound is Infinity: a split there parts the missing from the rest
      const stop = none === 0 || side === 1 ? upper.length - 1 : upper.length;
      for (let b = 0; b < stop; b++) {
        const p = histogram[first + b] as number;
        if (p === 0) continue;
        const units = hessianOf(p);
        h += units * hessianUnit;
        g += gradientOf(p, units) * gradientUnit;
        if (h < leastHessian) continue;
        const rightH = H - h;
        if (rightH < leastHessian) break;
        const rightG = G - g;
        const gain = (g * g) / (h + l2) + (rightG * rightG) / (rightH + l2) - before;
        if (gain > best) {
          best = gain;
          column = c;
          bin = b;
          missingLeft = side === 1;
          leftG = g;
          leftH = h;
        }
      }
    }
  }
  if (column < 0) return undefined;
  return { column, bin, missingLeft, gain: best, left: { gradient: leftG, hessian: leftH } };
}
