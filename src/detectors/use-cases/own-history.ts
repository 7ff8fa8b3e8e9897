const KEPT = 168;

interface History {
  readonly values: Float32Array;
  count: number;
}

/** The last windows of each key, at most a week of hours; past its bound the key unseen longest is forgotten. */
export class OwnHistories {
  readonly #keys = new Map<string, History>();
  readonly #most: number;
  forgotten = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Earlier windows of the key. */
  windows(key: string): number {
    return this.#keys.get(key)?.count ?? 0;
  }

  /** Quantile of the earlier windows kept; NaN without any. */
  quantile(key: string, share: number): number {
    const history = this.#keys.get(key);
    if (history === undefined) return Number.NaN;
    const sorted = history.values.slice(0, Math.min(KEPT, history.count)).sort();
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  }

  least(key: string): number {
    return this.quantile(key, 0);
  }

  /** Share of earlier windows at least as large, with the one at hand among them. */
  exceedance(key: string, value: number): number {
    const history = this.#keys.get(key);
    if (history === undefined) return 1;
    const kept = history.values.subarray(0, Math.min(KEPT, history.count));
    return (1 + kept.filter((one) => one >= value).length) / (kept.length + 1);
  }

  add(key: string, value: number): void {
    let history = this.#keys.get(key);
    if (history === undefined) {
      history = { values: new Float32Array(KEPT), count: 0 };
      if (this.#keys.size >= this.#most) {
        this.#keys.delete(this.#keys.keys().next().value as string);
        this.forgotten++;
      }
    } else this.#keys.delete(key);
    this.#keys.set(key, history);
    history.values[history.count % KEPT] = value;
    history.count++;
  }

  /** Plain JSON, oldest key first. */
  snapshot(): [string, number, number[]][] {
    return [...this.#keys].map(([key, { values, count }]) => [key, count, Array.from(values.subarray(0, Math.min(KEPT, count)))]);
  }

  restore(entries: readonly (readonly [string, number, readonly number[]])[]): void {
    this.#keys.clear();
    for (const [key, count, kept] of entries) {
      const values = new Float32Array(KEPT);
      values.set(kept);
      this.#keys.set(key, { values, count });
    }
  }
}
