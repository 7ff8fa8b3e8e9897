import { gammaP, gammaQ } from './gamma.ts';

/** P(Z <= x) of the standard normal distribution, accurate in both tails. */
export function normalCdf(x: number): number {
  return normalSurvival(-x);
}

/** P(Z > x). */
export function normalSurvival(x: number): number {
  const half = (x * x) / 2;
  return x >= 0 ? gammaQ(0.5, half) / 2 : (1 + gammaP(0.5, half)) / 2;
}

/** Acklam's rational approximation of the quantile, relative error 1e-9. */
const CENTRE_TOP = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239];
const CENTRE_BOTTOM = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1];
const TAIL_TOP = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783];
const TAIL_BOTTOM = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];
const TAIL = 0.02425;

/** The x with P(Z <= x) = p; -Infinity at 0, Infinity at 1, NaN outside. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p > 0.5) return p === 1 ? Number.POSITIVE_INFINITY : -normalQuantile(1 - p);
  const start = approximate(p);
  // Halley's steps on the accurate distribution function bring 1e-9 down to rounding.
  return refine(p, refine(p, start));
}

function approximate(p: number): number {
  if (p < TAIL) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(TAIL_TOP, q) / polynomial(TAIL_BOTTOM, q);
  }
  const q = p - 0.5;
  return (polynomial(CENTRE_TOP, q * q) * q) / polynomial(CENTRE_BOTTOM, q * q);
}

function refine(p: number, x: number): number {
  const error = (normalCdf(x) - p) * Math.sqrt(2 * Math.PI) * Math.exp((x * x) / 2);
  return Number.isFinite(error) ? x - error / (1 + (x * error) / 2) : x;
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
