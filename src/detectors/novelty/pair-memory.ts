import type { Kept } from './bounded-table.ts';
import { NONE } from './value-pool.ts';

/** What one entity showed in one field: its values, and how often new ones came. */
export class PairMemory implements Kept {
  readonly key: string;
  readonly hash: number;
  seen: number;
  held = true;
  /** Observations so far. */
  total = 0;
  /** Values seen exactly once: what Good and Turing estimate the share of unseen values from. */
  singletons = 0;
  /** First occurrences so far. */
  distinct = 0;
  /** Share of new values among the latest observations: values that come in bursts and never again leave no singletons. */
  recent = 1;
  readonly first: number;
  /** Batch of the journal that noted it last. */
  noted: number;
  /** Ends of its values in order of last use; `ValuePool` keeps them. */
  oldest = NONE;
  newest = NONE;
  /** A pair's only value stands alone: most pairs of a hostile stream never have a second one. */
  private only = '';
  private onlyValue = NONE;
  private byName: Map<string, number> | undefined;

  constructor(key: string, hash: number, seen: number, first: number, batch: number) {
    this.key = key;
    this.hash = hash;
    this.seen = seen;
    this.first = first;
    this.noted = batch;
  }

  /** Values that it has. */
  get size(): number {
    return this.byName?.size ?? (this.onlyValue === NONE ? 0 : 1);
  }

  /** Number of a value, or -1. */
  get(name: string): number {
    if (this.byName !== undefined) return this.byName.get(name) ?? NONE;
    return this.only === name ? this.onlyValue : NONE;
  }

  set(name: string, value: number): void {
    if (this.byName === undefined) {
      if (this.onlyValue === NONE) {
        this.only = name;
        this.onlyValue = value;
        return;
      }
      this.byName = new Map([[this.only, this.onlyValue]]);
    }
    this.byName.set(name, value);
  }

  delete(name: string): void {
    if (this.byName === undefined) this.onlyValue = NONE;
    else this.byName.delete(name);
  }
}
