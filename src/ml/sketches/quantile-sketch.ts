/** Relative error of every quantile. */
export const QUANTILE_ERROR = 0.01;

const GAMMA = (1 + QUANTILE_ERROR) / (1 - QUANTILE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);
/** Magnitudes below this count as 0, those beyond the greatest as that: at most 5,529 buckets. */
const SMALLEST = 1e-6;
const GREATEST = 1e18;

/**
 * DDSketch (Masson, Rim, Lee 2019): counts in buckets of geometric width, so that any quantile is off by at most 1 % of its value.
 * Mergeable.
 */
export class QuantileSketch {
  /** Bucket -> count; positive values at their index + OFFSET, negative ones mirrored, 0 in the middle. */
  readonly #counts = new Map<number, number>();
  #total = 0;

  add(value: number, times = 1): void {
    const bucket = bucketOf(value);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + times);
    this.#total += times;
  }

  get total(): number {
    return this.#total;
  }

  /** The value at rank ceil(q * total), as `quantile_disc` has it; NaN when empty. */
  quantile(q: number): number {
    const rank = Math.max(1, Math.ceil(q * this.#total));
    let seen = 0;
    for (const [bucket, count] of this.#sorted()) {
      seen += count;
      if (seen >= rank) return middleOf(bucket);
    }
    return Number.NaN;
  }

  merge(other: QuantileSketch): void {
    for (const [bucket, count] of other.#counts) {
      this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
      this.#total += count;
    }
  }

  toNumbers(): Float64Array {
    return Float64Array.from(this.#sorted().flat());
  }

  static fromNumbers(numbers: Float64Array): QuantileSketch {
    const sketch = new QuantileSketch();
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      sketch.#counts.set(numbers[i] as number, numbers[i + 1] as number);
      sketch.#total += numbers[i + 1] as number;
    }
    return sketch;
  }

  #sorted(): [number, number][] {
    return [...this.#counts].sort(([a], [b]) => a - b);
  }
}

const OFFSET = 10_000;

function bucketOf(value: number): number {
  const size = Math.min(GREATEST, Math.abs(value));
  if (size < SMALLEST) return 0;
  const index = Math.ceil(Math.log(size) / LOG_GAMMA) + OFFSET;
  return value > 0 ? index : -index;
}

function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  const middle = (2 * GAMMA ** (Math.abs(bucket) - OFFSET)) / (GAMMA + 1);
  return bucket > 0 ? middle : -middle;
}
