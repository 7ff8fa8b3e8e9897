/** log2 buckets of alerts in one bin: 1, 2-3, 4-7, … */
export const BUCKETS = 24;

interface Counter {
  /** Closed bins by the bucket of their count. */
  readonly bins: Uint32Array;
  bin: number;
  count: number;
}

export interface CounterState {
  readonly key: string;
  readonly bins: readonly number[];
  readonly bin: number;
  readonly count: number;
}

/**
 * How many alerts of one key fell into each past bin, as 24 counters for each key. Holds `capacity` keys: beyond it, the key
 * unused longest is forgotten (and surprises again when it returns).
 */
export class BurstHistory {
  readonly #counters = new Map<string, Counter>();
  readonly #capacity: number;
  evicted = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#counters.size;
  }

  /** Counts one alert in `bin` and returns the past bins with at least as large a burst as this bin has now. */
  add(key: string, bin: number): number {
    const counter = this.#at(key, bin);
    counter.count++;
    let past = 0;
    for (let i = bucketOf(counter.count); i < BUCKETS; i++) past += counter.bins[i] as number;
    return past;
  }

  #at(key: string, bin: number): Counter {
    const known = this.#counters.get(key);
    if (known?.bin === bin) return known;
    if (known !== undefined) {
      close(known);
      known.bin = bin;
      this.#counters.delete(key);
      this.#counters.set(key, known);
      return known;
    }
    if (this.#counters.size >= this.#capacity) {
      const [oldest] = this.#counters.keys();
      this.#counters.delete(oldest as string);
      this.evicted++;
    }
    const fresh = { bins: new Uint32Array(BUCKETS), bin, count: 0 };
    this.#counters.set(key, fresh);
    return fresh;
  }

  /** In the order of last use; trailing zeros are left out. */
  state(): CounterState[] {
    return [...this.#counters].map(([key, { bins, bin, count }]) => ({ key, bins: withoutZeros(bins), bin, count }));
  }

  restore(state: readonly CounterState[]): void {
    this.#counters.clear();
    for (const { key, bins, bin, count } of state) this.#counters.set(key, { bins: filled(bins), bin, count });
  }
}

function bucketOf(count: number): number {
  return Math.min(BUCKETS - 1, 31 - Math.clz32(count));
}

function close(counter: Counter): void {
  if (counter.count > 0) counter.bins[bucketOf(counter.count)] = (counter.bins[bucketOf(counter.count)] as number) + 1;
  counter.count = 0;
}

function withoutZeros(bins: Uint32Array): number[] {
  return [...bins.subarray(0, bins.findLastIndex((count) => count > 0) + 1)];
}

function filled(bins: readonly number[]): Uint32Array {
  const all = new Uint32Array(BUCKETS);
  all.set(bins.slice(0, BUCKETS));
  return all;
}
