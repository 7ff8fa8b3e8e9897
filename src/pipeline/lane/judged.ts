import { type CalibrationHistory, smallestRate } from '../../alerts/index.ts';

/** What a score means against the history of normal ones. */
export interface Judged {
  readonly pValue: number;
  /** p-value at or below which it is flagged: the promise, or the smallest that the calibration resolves. */
  readonly rate: number;
  readonly extrapolated: boolean;
  readonly calibrationSize: number;
  readonly flagged: boolean;
}

/** Beyond all that was seen, where there is too little to resolve the promise, a score is flagged and marked as extrapolated. */
export function judged(history: CalibrationHistory, score: number, promised: number): Judged {
  const { pValue, extrapolated } = history.pValue(score);
  const calibrationSize = history.calibration.sorted.length;
  const smallest = smallestRate(calibrationSize);
  const beyond = !extrapolated && calibrationSize > 0 && pValue <= smallest && pValue > promised;
  const rate = beyond ? pValue : promised;
  return { pValue, rate, extrapolated: extrapolated || beyond, calibrationSize, flagged: pValue <= rate };
}
