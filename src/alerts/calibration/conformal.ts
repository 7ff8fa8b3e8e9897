import { VedetteError } from '../../core/index.ts';
import { type ExponentialTail, fitTail } from './tail.ts';

/** Scores of normal units in ascending order, and the law beyond the largest. Immutable. */
export interface Calibration {
  readonly sorted: Float64Array;
  readonly tail: ExponentialTail | undefined;
}

export interface PValue {
  /** NaN for a score that is NaN (the detector is still warming up). */
  readonly pValue: number;
  /** True where the calibration cannot resolve the value: it is below 1/(n + 1) and follows the exponential tail. */
  readonly extrapolated: boolean;
}

/** Sorts a copy of the scores; NaN is left out. Throws DATA_INSUFFICIENT when nothing is left. */
export function calibrate(scores: ArrayLike<number>): Calibration {
  const kept = new Float64Array(scores.length);
  let n = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    if (!Number.isNaN(score)) kept[n++] = score;
  }
  if (n === 0) {
    throw new VedetteError('DATA_INSUFFICIENT', `no calibration score among ${scores.length} rows`, {
      hint: 'give the detector normal data to learn from, or a larger window',
    });
  }
  const sorted = kept.slice(0, n).sort();
  return { sorted, tail: fitTail(sorted) };
}

/**
 * Conformal p-value: the share of normal units expected to score at least this high (Vovk, Gammerman, Shafer 2005).
 *
 * Without `tie` it is p = (1 + #{cal >= s}) / (n + 1): valid for any distribution, conservative where scores tie. With
 * `tie`, uniform in [0, 1) and independent of the score (take it from the unit's id, see `tieOf`), it is the smoothed
 * p = (#{cal > s} + tie (1 + #{cal = s})) / (n + 1), exactly uniform also for discrete scores. Beyond the largest
 * calibration score the exponential tail continues from 1/(n + 1), marked `extrapolated`; there `tie` is not used.
 * O(log n).
 */
export function pValueOf(calibration: Calibration, score: number, tie?: number): PValue {
  if (Number.isNaN(score)) return { pValue: Number.NaN, extrapolated: false };
  const { sorted, tail } = calibration;
  const n = sorted.length;
  const atLeast = n - lowerBound(sorted, score);
  if (atLeast === 0) {
    if (tail === undefined) return { pValue: 1 / (n + 1), extrapolated: false };
    return { pValue: Math.exp(-(score - tail.from) / tail.scale) / (n + 1), extrapolated: true };
  }
  if (tie === undefined) return { pValue: (1 + atLeast) / (n + 1), extrapolated: false };
  const above = n - upperBound(sorted, score);
  return { pValue: (above + tie * (1 + atLeast - above)) / (n + 1), extrapolated: false };
}

/** p-values of a batch of scores; `extrapolated` is 1 where the tail was used. */
export function pValuesOf(calibration: Calibration, scores: ArrayLike<number>): { pValue: Float64Array; extrapolated: Uint8Array } {
  const pValue = new Float64Array(scores.length);
  const extrapolated = new Uint8Array(scores.length);
  for (let i = 0; i < scores.length; i++) {
    const one = pValueOf(calibration, scores[i] as number);
    pValue[i] = one.pValue;
    extrapolated[i] = one.extrapolated ? 1 : 0;
  }
  return { pValue, extrapolated };
}

/** The score above which (never at which) a unit's p-value is at most `rate`; Infinity when no score gets there. */
export function scoreAtRate(calibration: Calibration, rate: number): { score: number; extrapolated: boolean } {
  const { sorted, tail } = calibration;
  const n = sorted.length;
  const k = Math.floor(rate * (n + 1) + 1e-9);
  if (k > n) return { score: Number.NEGATIVE_INFINITY, extrapolated: false };
  if (k >= 1) return { score: sorted[n - k] as number, extrapolated: false };
  if (tail === undefined || rate <= 0) return { score: Number.POSITIVE_INFINITY, extrapolated: true };
  return { score: tail.from + tail.scale * Math.log(1 / (rate * (n + 1))), extrapolated: true };
}

/**
 * The score that a share `rate` of normal units is expected to exceed. The j-th largest of n scores has the expected share
 * j / (n + 1); between two of them it is interpolated, beyond the largest the exponential tail continues.
 */
export function quantileOf(calibration: Calibration, rate: number): number {
  const { sorted, tail } = calibration;
  const n = sorted.length;
  const rank = rate * (n + 1);
  if (rank < 1) return tail === undefined ? (sorted[n - 1] as number) : tail.from - tail.scale * Math.log(Math.max(rank, 1e-300));
  const j = Math.min(n, Math.floor(rank));
  const upper = sorted[n - j] as number;
  const lower = sorted[Math.max(0, n - j - 1)] as number;
  return upper + (lower - upper) * Math.min(1, rank - j);
}

/** A tie-breaking number in [0, 1) that is a pure function of a stable id (16 hex digits). */
export function tieOf(stableId: string): number {
  return Number.parseInt(stableId.slice(0, 12), 16) / 2 ** 48;
}

/** Index of the first entry >= value. */
export function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first entry > value. */
export function upperBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
