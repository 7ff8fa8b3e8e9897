/**
 * Empirical p-values of scores against normal ones: (1 + #{normal >= s}) / (n + 1). Beyond the largest normal score the
 * tail goes on exponentially with the mean excess over the upper twentieth, so that scores there still rank.
 */
export class NormalTail {
  /** Ascending. */
  readonly scores: Float64Array;
  readonly #scale: number;

  constructor(scores: Float64Array) {
    this.scores = scores.slice().sort();
    this.#scale = excess(this.scores);
  }

  /** Natural logarithm of the p-value. */
  logP(score: number): number {
    const n = this.scores.length;
    const largest = this.scores[n - 1] ?? 0;
    if (n > 0 && score > largest) return -Math.log(n + 1) - (score - largest) / this.#scale;
    return Math.log((1 + this.atLeast(score)) / (n + 1));
  }

  /** Normal scores at or above this one. */
  atLeast(score: number): number {
    return this.scores.length - lowerBound(this.scores, score);
  }
}

function excess(ascending: Float64Array): number {
  const n = ascending.length;
  const largest = ascending[n - 1] ?? 0;
  const from = Math.min(n - 1, Math.floor(n * 0.95));
  const threshold = ascending[from] ?? 0;
  let sum = 0;
  let above = 0;
  for (let i = from; i < n; i++) {
    if ((ascending[i] as number) <= threshold) continue;
    sum += (ascending[i] as number) - threshold;
    above++;
  }
  if (above > 0) return sum / above;
  return Math.max(Math.abs(largest) * 0.05, 1e-3);
}

/** Index of the first entry >= value. */
function lowerBound(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
