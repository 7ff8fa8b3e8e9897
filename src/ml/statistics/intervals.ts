import { betaQuantile } from './beta.ts';
import { normalQuantile } from './normal.ts';

/** Bounds of a binomial proportion. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Wilson's score interval (1927). NaN bounds without trials. */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  if (trials === 0) return { low: Number.NaN, high: Number.NaN };
  const z = normalQuantile(0.5 + confidence / 2);
  const rate = successes / trials;
  const shrink = 1 + (z * z) / trials;
  const centre = (rate + (z * z) / (2 * trials)) / shrink;
  const half = (z / shrink) * Math.sqrt((rate * (1 - rate)) / trials + (z * z) / (4 * trials * trials));
  return { low: successes === 0 ? 0 : centre - half, high: successes === trials ? 1 : centre + half };
}

/** Clopper & Pearson's exact interval (1934): never covers less than promised. NaN bounds without trials. */
export function clopperPearsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  if (trials === 0) return { low: Number.NaN, high: Number.NaN };
  const tail = (1 - confidence) / 2;
  return {
    low: successes === 0 ? 0 : betaQuantile(tail, successes, trials - successes + 1),
    high: successes === trials ? 1 : betaQuantile(1 - tail, successes + 1, trials - successes),
  };
}
