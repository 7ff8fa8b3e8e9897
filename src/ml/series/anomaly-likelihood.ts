/**
 * How far the mean of the last `short` raw scores lies above the past of the raw scores, in their standard deviations (after
 * Lavin & Ahmad 2015, 3.2, before the normal tail is taken): sustained shifts stand out, single spikes less. An anomaly enters
 * the past as it is, so that what follows it must be larger to stand out again.
 */
export class AnomalyLikelihood {
  readonly #short: number;
  readonly #forget: number;
  readonly #recent: Float64Array;
  #seen = 0;
  #mean = 0;
  #variance = 0;

  /** `memory`: number of points over which the past is forgotten; `saved`: what `save` gave. */
  constructor(short = 20, memory = 4_000, saved?: Float64Array) {
    this.#short = short;
    this.#forget = 1 / memory;
    this.#recent = new Float64Array(short);
    if (saved === undefined) return;
    [this.#seen, this.#mean, this.#variance] = saved as unknown as [number, number, number];
    this.#recent.set(saved.subarray(SCALARS));
  }

  /** Mean of all raw scores so far. */
  get mean(): number {
    return this.#mean;
  }

  save(): Float64Array {
    return Float64Array.of(this.#seen, this.#mean, this.#variance, ...this.#recent);
  }

  /** NaN while there is no past. */
  push(raw: number): number {
    this.#recent[this.#seen % this.#short] = raw;
    const held = Math.min(this.#seen + 1, this.#short);
    let sum = 0;
    for (let i = 0; i < held; i++) sum += this.#recent[i] as number;
    const least = 1e-9 + LEAST_SPREAD * Math.abs(this.#mean);
    const score = this.#seen < this.#short ? Number.NaN : (sum / held - this.#mean) / Math.max(Math.sqrt(this.#variance), least);
    this.#seen++;
    const share = Math.max(this.#forget, 1 / this.#seen);
    const change = raw - this.#mean;
    this.#mean += share * change;
    this.#variance = (1 - share) * (this.#variance + share * change * change);
    return score;
  }
}

const LEAST_SPREAD = 0.02;
/** Numbers saved before the recent scores. */
const SCALARS = 3;

/** Numbers that a likelihood over `short` scores saves. */
export function likelihoodSize(short: number): number {
  return SCALARS + short;
}
