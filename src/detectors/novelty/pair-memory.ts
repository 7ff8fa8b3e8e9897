import type { Kept } from './bounded-table.ts';
import { SeenValues } from './seen-values.ts';

/** What one entity showed in one field: its values, and how often new ones came. */
export class PairMemory extends SeenValues implements Kept {
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
  /** Batch of the journal that it was made in; taking that back removes it as a whole. */
  readonly born: number;
  /** Batch of the journal that noted it last. */
  noted: number;

  constructor(key: string, hash: number, seen: number, first: number, batch: number) {
    super();
    this.key = key;
    this.hash = hash;
    this.seen = seen;
    this.first = first;
    this.born = batch;
    this.noted = batch;
  }
}
