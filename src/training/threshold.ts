import { type Calibration, calibrate, resolveRate, scoreAtRate } from '../alerts/index.ts';

export interface Threshold {
  /** The promised false-alarm rate per scored row: rows with a p-value at or below it are flagged. */
  readonly rate: number;
  /** Score above which that is so. */
  readonly score: number;
  /** True where the calibration cannot resolve the rate and the tail was extrapolated. */
  readonly extrapolated: boolean;
  /** The smallest rate the calibration resolves. */
  readonly smallest: number;
  readonly calibration: Calibration;
}

/** From scores of normal rows only. A rate below 1/(n + 1) is refused (RATE_UNRESOLVABLE) or, with `mark`, extrapolated. */
export function calibratedThreshold(scores: Float64Array, rate: number, whenTooSmall: 'refuse' | 'mark' = 'mark'): Threshold {
  const calibration = calibrate(scores);
  const resolved = resolveRate(calibration.sorted.length, rate, whenTooSmall);
  return {
    rate,
    score: scoreAtRate(calibration, rate).score,
    extrapolated: resolved.extrapolated,
    smallest: resolved.smallest,
    calibration,
  };
}
