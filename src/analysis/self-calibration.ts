import { lowerBound } from '../alerts/index.ts';

/** Upper share of the scores that may be anomalies when an input is learnt from itself; the law of the tail is not taken from them. */
export const SUSPECT_SHARE = 0.01;
/** The tail's law is that of the scores from so many times this share on. */
const TAIL_TIMES = 10;

export interface SelfPValues {
  readonly pValue: Float64Array;
  /** p-value of a further score; NaN of NaN. */
  readonly of: (score: number) => number;
  /** Of the exponential tail, and the score that it begins at: `suspect` of the scores are above. */
  readonly scale: number;
  readonly from: number;
  readonly suspect: number;
}

/**
 * p-values of scores that calibrate themselves: rows learnt from and scored out of fold, some of which may be anomalies.
 * Up to the 99 % quantile (1 - `suspect`) they are ranks; beyond it an exponential tail fitted to the scores between the 90 % and
 * the 99 % quantile continues, so a handful of anomalies neither hide each other nor set their own threshold.
 */
export function selfPValues(scores: Float64Array, suspect = SUSPECT_SHARE): SelfPValues {
  const sorted = scores.filter((score) => !Number.isNaN(score)).sort();
  const n = sorted.length;
  const quantile = (q: number): number => sorted[Math.min(n - 1, Math.floor(q * n))] as number;
  const from = quantile(1 - suspect);
  const scale = tailScale(quantile, from, suspect);
  const of = (score: number): number => {
    if (Number.isNaN(score)) return Number.NaN;
    if (score > from && scale > 0) return suspect * Math.exp(-(score - from) / scale);
    return (1 + atLeast(sorted, score)) / (n + 1);
  };
  return { pValue: scores.map(of), of, scale, from, suspect };
}

/** Score at which `selfPValues` reaches a rate. */
export function selfThreshold(rate: number, { scale, from, suspect }: Pick<SelfPValues, 'scale' | 'from' | 'suspect'>): number {
  return scale > 0 ? from + scale * Math.log(suspect / rate) : Number.POSITIVE_INFINITY;
}

function tailScale(quantile: (q: number) => number, from: number, suspect: number): number {
  const narrow = (from - quantile(1 - TAIL_TIMES * suspect)) / Math.log(TAIL_TIMES);
  const wide = (from - quantile(0.5)) / Math.log(0.5 / suspect);
  return Math.max(narrow, wide);
}

function atLeast(sorted: Float64Array, score: number): number {
  return sorted.length - lowerBound(sorted, score);
}
