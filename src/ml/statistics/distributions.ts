import { betaI, betaQuantile } from './beta.ts';
import { gammaP, gammaQ } from './gamma.ts';

/** P(X > x) of the chi-square distribution. */
export function chiSquareSurvival(x: number, degrees: number): number {
  return x <= 0 ? 1 : gammaQ(degrees / 2, x / 2);
}

/** Fisher's combination of independent p-values: P(chi-square with 2n degrees > -2 sum ln p). 1 for none. */
export function fisherCombined(pValues: readonly number[]): number {
  if (pValues.length === 0) return 1;
  const statistic = -2 * pValues.reduce((sum, p) => sum + Math.log(p), 0);
  return chiSquareSurvival(statistic, 2 * pValues.length);
}

/** P(T > t) of Student's distribution. */
export function studentSurvival(t: number, degrees: number): number {
  const tail = betaI(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t >= 0 ? tail : 1 - tail;
}

/** The t with P(T <= t) = p of Student's distribution. */
export function studentQuantile(p: number, degrees: number): number {
  if (!(p >= 0 && p <= 1) || !(degrees > 0)) return Number.NaN;
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p > 0.5) return p === 1 ? Number.POSITIVE_INFINITY : -studentQuantile(1 - p, degrees);
  if (p === 0.5) return 0;
  // t^2 / (degrees + t^2) is small in the middle, its complement in the tail: solve for the smaller one.
  if (p < 0.25) {
    const x = betaQuantile(2 * p, degrees / 2, 0.5);
    return -Math.sqrt((degrees * (1 - x)) / x);
  }
  const y = betaQuantile(1 - 2 * p, 0.5, degrees / 2);
  return -Math.sqrt((degrees * y) / (1 - y));
}

/** P(X >= count) of the Poisson distribution with the given mean. */
export function poissonUpperTail(count: number, mean: number): number {
  return count <= 0 ? 1 : gammaP(Math.ceil(count), mean);
}

/** P(X <= count) of the Poisson distribution. */
export function poissonLowerTail(count: number, mean: number): number {
  return count < 0 ? 0 : gammaQ(Math.floor(count) + 1, mean);
}

/** P(X >= count) of the binomial distribution. */
export function binomialUpperTail(count: number, trials: number, probability: number): number {
  if (count <= 0) return 1;
  return count > trials ? 0 : betaI(probability, Math.ceil(count), trials - Math.ceil(count) + 1);
}

/** P(X <= count) of the binomial distribution. */
export function binomialLowerTail(count: number, trials: number, probability: number): number {
  if (count >= trials) return 1;
  return count < 0 ? 0 : betaI(1 - probability, trials - Math.floor(count), Math.floor(count) + 1);
}
