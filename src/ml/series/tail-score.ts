/**
 * -log10 P(a score at least as large), from an exponential fit to what exceeded the upper 2 % of the last `memory` scores:
 * single spikes. What is far out is kept winsorised, so that it hides nothing after it.
 */
export class TailScore {
  readonly #memory: number;
  readonly #share: number;
  readonly #past: Float64Array;
  #seen = 0;
  #threshold = Number.NaN;
  #scale = Number.NaN;

  constructor(memory = 4_000, share = 0.02) {
    this.#memory = memory;
    this.#share = share;
    this.#past = new Float64Array(memory);
  }

  /** NaN while there is too little past. */
  push(raw: number): number {
    const score =
      Number.isNaN(this.#threshold) || Number.isNaN(raw)
        ? Number.NaN
        : raw <= this.#threshold
          ? 0
          : Math.min(LARGEST, (raw - this.#threshold) / this.#scale / Math.LN10 - Math.log10(this.#share));
    if (!Number.isNaN(raw)) {
      const limit = Number.isNaN(this.#threshold) ? raw : this.#threshold + WINSOR * this.#scale;
      this.#past[this.#seen % this.#memory] = Math.min(raw, limit);
      this.#seen++;
      if (this.#seen >= 100 && (this.#seen % REFIT === 0 || this.#seen === 100)) this.#refit();
    }
    return score;
  }

  #refit(): void {
    const sorted = this.#past.slice(0, Math.min(this.#seen, this.#memory)).sort();
    const above = Math.max(2, Math.round(sorted.length * this.#share));
    this.#threshold = sorted[sorted.length - above - 1] as number;
    let excess = 0;
    for (let i = sorted.length - above; i < sorted.length; i++) excess += (sorted[i] as number) - this.#threshold;
    this.#scale = Math.max(excess / above, 1e-9 + 0.1 * Math.abs(this.#threshold));
  }
}

const WINSOR = 10;
/** Beyond this the exponential says nothing any more. */
const LARGEST = 20;
const REFIT = 50;
