/** Values kept of a series, the oldest go first. */
export const KEPT = 1024;
/** Values from which on others are judged. */
const LEAST = 100;
/** Values after which the tail is fitted anew: a quarter of those kept, at least so many. */
const RENEW_AFTER = 32;
/** Share of the values that the tail is fitted to. */
const TAIL = 0.1;
/** A tail is taken to be no shorter: by so much, as a share, values beyond it differ on average. */
const SHORTEST = 0.15;
/** What is told lies this many times beyond nine in ten of the values, and beyond the largest. */
const BEYOND_MOST = 10;
const BEYOND_LARGEST = 3;
/** Values that go on being told until they count as what is usual. */
const SETTLED = 200;

/** How a value compares to those before it. */
export interface Judged {
  /** Probability that one value is as large. */
  readonly pValue: number;
  readonly before: number;
  /** Of the values before it: one in a hundred is lower, one in a hundred higher. */
  readonly low: number;
  readonly high: number;
}

/**
 * The values of one series. The tail of their logarithms is taken to be exponential beyond nine in ten of them (Hill's estimate of a Pareto tail), with the
 * predictive distribution of its scale: with few values, less is said to be impossible.
 */
export class ValueHistory {
  /** Values so far, without those that were told. */
  count = 0;
  private readonly kept = new Float64Array(KEPT);
  private fresh = 0;
  private told = 0;
  private limit = Number.POSITIVE_INFINITY;
  private floor = 1;
  private from = 0;
  private scale = SHORTEST;
  private beyond = 0;
  private largest = 0;
  private low = 0;
  private high = 0;

  /** Whether enough values came to judge others. */
  get judges(): boolean {
    return this.limit < Number.POSITIVE_INFINITY;
  }

  /** Judges a value and adds it, unless it stands out at `rate`. Undefined: it does not stand out, or too few came before. */
  take(value: number, rate: number): Judged | undefined {
    if (value > this.limit) {
      const pValue = this.pValue(value);
      if (pValue <= rate) {
        if (++this.told >= SETTLED) this.forget();
        return { pValue, before: this.count, low: this.low, high: this.high };
      }
    }
    this.told = 0;
    this.add(value);
    return undefined;
  }

  add(value: number): void {
    if (value > this.largest) this.largest = value;
    this.kept[this.count % KEPT] = value;
    this.count++;
    if (++this.fresh >= Math.max(RENEW_AFTER, Math.min(this.count, KEPT) >> 2) && this.count >= LEAST) this.renew();
  }

  private pValue(value: number): number {
    const excess = Math.log(Math.max(value, this.floor)) - this.from;
    const size = Math.min(this.count, KEPT);
    const scaled = excess / this.scale / Math.max(1, this.beyond);
    return ((this.beyond + 1) / (size + 1)) * Math.exp(-Math.max(1, this.beyond) * Math.log1p(scaled));
  }

  private renew(): void {
    this.fresh = 0;
    const size = Math.min(this.count, KEPT);
    const sorted = this.kept.slice(0, size).sort();
    const at = (share: number): number => sorted[Math.min(size - 1, Math.floor(share * size))] as number;
    const median = at(0.5);
    this.floor = median > 0 ? median / 100 : (sorted.find((one) => one > 0) ?? 1);
    const most = Math.max(at(1 - TAIL), this.floor);
    this.from = Math.log(most);
    let [sum, beyond] = [0, 0];
    for (let i = size - 1; i >= 0 && (sorted[i] as number) > most; i--, beyond++) sum += Math.log(sorted[i] as number) - this.from;
    this.beyond = beyond;
    this.scale = Math.max(SHORTEST, beyond === 0 ? 0 : sum / beyond);
    this.limit = Math.max(most * BEYOND_MOST, this.largest * BEYOND_LARGEST);
    this.low = at(0.01);
    this.high = at(0.99);
  }

  private forget(): void {
    this.count = 0;
    this.fresh = 0;
    this.told = 0;
    this.largest = 0;
    this.limit = Number.POSITIVE_INFINITY;
  }
}
