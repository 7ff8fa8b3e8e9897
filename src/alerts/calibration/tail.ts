/** The exponential law of scores above the largest calibration scores. */
export interface ExponentialTail {
  /** Largest finite calibration score: the law holds above it. */
  readonly from: number;
  /** Mean excess, in units of the score. */
  readonly scale: number;
  /** Scores the scale was estimated from. */
  readonly exceedances: number;
}

const FEWEST = 10;
const MOST = 250;

/**
 * Peaks over threshold with an exponential excess (Pareto shape 0): the scale is the mean excess of the largest 5 % of the
 * scores (10 to 250 of them) over the next smaller one, or that of the largest 10 when this is longer, so that a tail
 * that thickens outwards is not taken for a thin one. Undefined below 20 scores or when the top is one single value:
 * there is nothing to extrapolate from.
 */
export function fitTail(sorted: Float64Array): ExponentialTail | undefined {
  let n = sorted.length;
  while (n > 0 && sorted[n - 1] === Number.POSITIVE_INFINITY) n--;
  if (n < 2 * FEWEST || n < sorted.length) return undefined;
  const wide = Math.min(MOST, Math.max(FEWEST, Math.floor(n / 20)));
  const scale = Math.max(meanExcess(sorted, n, wide), meanExcess(sorted, n, FEWEST));
  if (!(scale > 0) || !Number.isFinite(scale)) return undefined;
  return { from: sorted[n - 1] as number, scale, exceedances: wide };
}

function meanExcess(sorted: Float64Array, n: number, exceedances: number): number {
  const over = sorted[n - exceedances - 1] as number;
  let sum = 0;
  for (let i = n - exceedances; i < n; i++) sum += (sorted[i] as number) - over;
  return sum / exceedances;
}
