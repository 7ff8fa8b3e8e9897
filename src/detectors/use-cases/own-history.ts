import type { Micros } from '../../core/index.ts';

const KEPT = 168;

interface History {
  readonly values: Float32Array;
  /** Start of each window. */
  readonly starts: Float64Array;
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

  /** A window that is known already gets the new value. */
  add(key: string, start: Micros, value: number): void {
    let history = this.#keys.get(key);
    if (history === undefined) {
      history = { values: new Float32Array(KEPT), starts: new Float64Array(KEPT), count: 0 };
      if (this.#keys.size >= this.#most) {
        this.#keys.delete(this.#keys.keys().next().value as string);
        this.forgotten++;
      }
    } else this.#keys.delete(key);
    this.#keys.set(key, history);
    const known = history.starts.indexOf(start);
    const at = known >= 0 && known < history.count ? known : history.count++ % KEPT;
    history.values[at] = value;
    history.starts[at] = start;
  }

  /** Plain JSON, oldest key first. */
  snapshot(): [string, number, number[], number[]][] {
    const kept = (of: Float32Array | Float64Array, count: number): number[] => Array.from(of.subarray(0, Math.min(KEPT, count)));
    return [...this.#keys].map(([key, { values, starts, count }]) => [key, count, kept(values, count), kept(starts, count)]);
  }

  restore(entries: ReturnType<OwnHistories['snapshot']>): void {
    this.#keys.clear();
    for (const [key, count, keptValues, keptStarts] of entries) {
      const values = new Float32Array(KEPT);
      const starts = new Float64Array(KEPT);
      values.set(keptValues);
      starts.set(keptStarts);
      this.#keys.set(key, { values, starts, count });
    }
  }
}
