import { type Calibration, lowerBound, quantileOf, scoreAtRate, upperBound } from './conformal.ts';

/** A flagged unit: `id` is its detection's, so that a label can reach the score. */
export interface FlaggedScore {
  readonly id: string;
  readonly score: number;
}

/** The scores of one renewal period, with what the calibration then in force said about its tail. */
export interface Round {
  /** Scores that were not flagged, in arrival order. */
  readonly body: Float64Array;
  readonly flagged: readonly FlaggedScore[];
  /** Rate at which units were flagged; 0 for training scores, of which none were. */
  readonly rate: number;
  /** Flagged scores are winsorised here. */
  readonly cap: number;
  /** What the flagged scores of a clean round would have looked like, by the calibration in force: see `imputeTail`. */
  readonly imputed: Float64Array;
}

/** Beyond the score that fewer than one normal unit in 20 n exceeds, a score says nothing about the tail's shape. */
const CAP_SHARE = 20;
/** The band next to the threshold whose filling shows whether the normal tail moved: p in (rate, 10 rate]. */
const BAND = 10;
/** Weight, in units, of the assumption that it did not. */
const BAND_PRIOR = 50;

export function capOf(calibration: Calibration): number {
  return scoreAtRate(calibration, 1 / (CAP_SHARE * calibration.sorted.length)).score;
}

/**
 * Scores above the threshold as the calibration in force would expect them: evenly spaced quantiles of its tail. Their
 * number is rate x units, times how much fuller or emptier the band just below the threshold is than promised (a drift of
 * the normal scores moves both, an attack only the top). `carry` keeps the fraction for the next round.
 */
export function imputeTail(
  calibration: Calibration,
  body: Float64Array,
  units: number,
  rate: number,
  carry: number,
): { imputed: Float64Array; carry: number } {
  const inner = Math.min(0.5, rate * BAND);
  const sorted = body.slice().sort();
  const low = scoreAtRate(calibration, inner).score;
  const high = scoreAtRate(calibration, rate).score;
  const observed = Math.max(0, upperBound(sorted, high) - lowerBound(sorted, low));
  const expected = (inner - rate) * units;
  const ratio = Math.min(2, Math.max(0.5, (observed + BAND_PRIOR) / (expected + BAND_PRIOR)));
  const wanted = rate * units * ratio + carry;
  const count = Math.floor(wanted);
  const imputed = new Float64Array(count);
  for (let i = 0; i < count; i++) imputed[i] = quantileOf(calibration, (rate * (i + 0.5)) / count);
  return { imputed, carry: wanted - count };
}
