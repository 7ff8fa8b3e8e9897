/** Upper share of the scores that may be anomalies when an input is learnt from itself; the law of the tail is not taken from them. */
const SUSPECT_SHARE = 0.01;
const TAIL_SHARE = 0.1;

/**
 * p-values of scores that calibrate themselves: rows learnt from and scored out of fold, some of which may be anomalies.
 * Up to the 99 % quantile they are ranks; beyond it an exponential tail fitted to the scores between the 90 % and the
 * 99 % quantile continues, so a handful of anomalies neither hide each other nor set their own threshold.
 */
export function selfPValues(scores: Float64Array): { pValue: Float64Array; scale: number; from: number } {
  const sorted = scores.filter((score) => !Number.isNaN(score)).sort();
  const n = sorted.length;
  const quantile = (q: number): number => sorted[Math.min(n - 1, Math.floor(q * n))] as number;
  const from = quantile(1 - SUSPECT_SHARE);
  const scale = tailScale(quantile, from);
  const pValue = new Float64Array(scores.length);
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    if (Number.isNaN(score)) pValue[i] = Number.NaN;
    else if (score > from && scale > 0) pValue[i] = SUSPECT_SHARE * Math.exp(-(score - from) / scale);
    else pValue[i] = (1 + atLeast(sorted, score)) / (n + 1);
  }
  return { pValue, scale, from };
}

/** Score at which `selfPValues` reaches a rate. */
export function selfThreshold(rate: number, tail: { from: number; scale: number }): number {
  return tail.scale > 0 ? tail.from + tail.scale * Math.log(SUSPECT_SHARE / rate) : Number.POSITIVE_INFINITY;
}

function tailScale(quantile: (q: number) => number, from: number): number {
  const narrow = (from - quantile(1 - TAIL_SHARE)) / Math.log(TAIL_SHARE / SUSPECT_SHARE);
  const wide = (from - quantile(0.5)) / Math.log(0.5 / SUSPECT_SHARE);
  return Math.max(narrow, wide);
}

function atLeast(sorted: Float64Array, score: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < score) low = middle + 1;
    else high = middle;
  }
  return sorted.length - low;
}
