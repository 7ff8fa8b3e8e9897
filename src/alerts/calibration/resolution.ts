import { VedetteError } from '../../core/index.ts';

/** The smallest p-value that n calibration scores can give without extrapolation. */
export function smallestRate(n: number): number {
  return 1 / (n + 1);
}

/** Calibration scores needed before `rate` is resolved. */
export function scoresNeeded(rate: number): number {
  return Math.ceil(1 / rate - 1 - 1e-9);
}

export interface ResolvedRate {
  readonly rate: number;
  readonly extrapolated: boolean;
  readonly smallest: number;
  /** Calibration scores still missing until the rate is resolved; 0 when it is. */
  readonly missing: number;
}

/**
 * Checks a promised false-alarm rate against the size of the calibration: below 1/(n + 1) it is refused
 * (RATE_UNRESOLVABLE), or, with `mark`, kept and marked as extrapolated.
 */
export function resolveRate(n: number, rate: number, whenTooSmall: 'refuse' | 'mark'): ResolvedRate {
  if (!(rate > 0 && rate < 1)) {
    throw new VedetteError('RATE_UNRESOLVABLE', `false-alarm rate ${rate} is not between 0 and 1`, { hint: 'use a share such as 0.001' });
  }
  const smallest = smallestRate(n);
  const missing = Math.max(0, scoresNeeded(rate) - n);
  if (missing > 0 && whenTooSmall === 'refuse') {
    throw new VedetteError(
      'RATE_UNRESOLVABLE',
      `a false-alarm rate of ${rate} needs ${scoresNeeded(rate)} calibration scores, there are ${n}`,
      {
        hint: `promise ${smallest.toPrecision(2)} or more, give more normal data, or allow extrapolation`,
      },
    );
  }
  return { rate, extrapolated: missing > 0, smallest, missing };
}
