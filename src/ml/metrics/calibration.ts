import { requireSameLength } from './binary.ts';

/**
 * Expected calibration error (Naeini et al. 2015): mean |accuracy - confidence| over equal-width bins (low, high], weighted by
 * rows. `confidences` in [0, 1]; `correct`: any value but 0. NaN for no rows.
 */
export function expectedCalibrationError(confidences: ArrayLike<number>, correct: ArrayLike<number>, bins = 15): number {
  requireSameLength(confidences, correct);
  const gap = new Float64Array(bins);
  for (let i = 0; i < confidences.length; i++) {
    const confidence = confidences[i] as number;
    if (!(confidence >= 0 && confidence <= 1)) throw new RangeError(`confidence ${confidence} at ${i} lies outside 0..1`);
    const bin = Math.max(0, Math.ceil(confidence * bins) - 1);
    gap[bin] = (gap[bin] as number) + (correct[i] === 0 ? 0 : 1) - confidence;
  }
  return gap.reduce((sum, difference) => sum + Math.abs(difference), 0) / confidences.length;
}
