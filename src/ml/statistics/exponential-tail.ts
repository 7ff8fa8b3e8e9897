import { quantile } from './quantile.ts';

/** An exponential distribution of what exceeds a threshold: P(X > x) = rate exp(-(x - threshold) / scale). */
export interface ExponentialTail {
  readonly threshold: number;
  /** Share of the sample above the threshold. */
  readonly rate: number;
  /** Mean excess; 0 when nothing exceeds the threshold. */
  readonly scale: number;
  /** How many values the fit rests on. */
  readonly exceedances: number;
}

/** Maximum-likelihood fit to the values above the (1 - share) quantile. */
export function fitExponentialTail(ascending: ArrayLike<number>, share: number): ExponentialTail {
  const threshold = quantile(ascending, 1 - share);
  let excess = 0;
  let exceedances = 0;
  for (let i = ascending.length - 1; i >= 0 && (ascending[i] as number) > threshold; i--) {
    excess += (ascending[i] as number) - threshold;
    exceedances++;
  }
  return { threshold, rate: exceedances / ascending.length, scale: exceedances === 0 ? 0 : excess / exceedances, exceedances };
}

/** P(X > x) for x at or above the threshold; below it the fit says nothing and NaN is returned. */
export function tailSurvival(tail: ExponentialTail, x: number): number {
  if (!(x >= tail.threshold)) return Number.NaN;
  if (tail.scale === 0) return x > tail.threshold ? 0 : tail.rate;
  return tail.rate * Math.exp(-(x - tail.threshold) / tail.scale);
}

/** The x with P(X > x) = probability, for probabilities up to `rate`; NaN above. */
export function tailQuantile(tail: ExponentialTail, probability: number): number {
  if (!(probability > 0 && probability <= tail.rate)) return Number.NaN;
  return tail.threshold + tail.scale * Math.log(tail.rate / probability);
}
