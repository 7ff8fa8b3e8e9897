import { BoundedTable, type Entry, type Place } from './bounded-table.ts';
import type { NoveltyConfig } from './config.ts';
import { Journal } from './journal.ts';
import { type SeenValue, SeenValues } from './seen-values.ts';
import type { Slot } from './slots.ts';

/** What one entity showed in one field. */
export interface PairMemory {
  /** Observations so far. */
  total: number;
  /** Values seen exactly once: what Good and Turing estimate the share of unseen values from. */
  singletons: number;
  /** First occurrences so far. */
  distinct: number;
  /** Share of new values among the latest observations: values that come in bursts and never again leave no singletons. */
  recent: number;
  readonly first: number;
  readonly values: SeenValues;
  /** Batch of the journal that it was made in; taking that back removes it as a whole. */
  readonly born: number;
  /** Batch of the journal that noted it last. */
  noted: number;
}

/** Where a value occurs: how many pairs have shown it for the first time. */
export interface KnownValue {
  entities: number;
  last: number;
}

/** What rating one observation needs to know. */
export interface Occurrence {
  readonly total: number;
  readonly singletons: number;
  readonly distinct: number;
  readonly recent: number;
  readonly first: number;
  /** Occurrences of the value before this one; 0 = new, or forgotten. */
  readonly count: number;
  /** Last time, where it was seen before the horizon. */
  readonly forgotten: number | undefined;
  /** Other entities that have shown the value. */
  readonly elsewhere: number;
}

/** Observations over which the share of new values fades; with fewer so far, later ones count more, so that the first values do not linger. */
const RECENT = 200;

/** What was observed, in bounded memory. Changes since `journal.begin` can be taken back. */
export class NoveltyMemory {
  readonly journal = new Journal();
  readonly pairs: BoundedTable<PairMemory>;
  readonly known: BoundedTable<KnownValue>;
  private readonly config: NoveltyConfig;
  private uses = 0;
  /** Values of all pairs. */
  private held = 0;

  constructor(config: NoveltyConfig) {
    this.config = config;
    this.pairs = new BoundedTable(config.maxPairs, this.journal, (pair) => {
      this.held -= pair.values.size;
    });
    this.known = new BoundedTable(config.maxKnown, this.journal);
  }

  /** From here on changes can be taken back. */
  begin(): void {
    const { held } = this;
    this.journal.begin();
    this.journal.note(() => {
      this.held = held;
    });
  }

  /** The pair of an observation about to be added, made when it is new. */
  pair(slot: Slot, time: number): PairMemory {
    const { pair } = slot;
    let { entry } = pair;
    if (entry === undefined || !entry.held) {
      entry = this.pairs.take(pair.place, time, () => newPair(time, this.journal.batch));
      pair.entry = entry;
    }
    if (entry.value.noted !== this.journal.batch) this.notePair(entry);
    if (time > entry.seen) entry.seen = time;
    return entry.value;
  }

  /** What is remembered of a slot's value in its pair. */
  seen(slot: Slot, pair: PairMemory): SeenValue | undefined {
    const { value } = slot;
    if (value?.held && slot.owner === pair) return value;
    const found = pair.values.get(slot.name);
    slot.value = found;
    slot.owner = pair;
    return found;
  }

  isStale(seen: SeenValue, time: number): boolean {
    return time - seen.last > this.config.horizon;
  }

  occurrence(slot: Slot, pair: PairMemory, seen: SeenValue | undefined, time: number): Occurrence {
    const stale = seen !== undefined && this.isStale(seen, time);
    const elsewhere = this.known.peek(slot.known(this.known))?.entities ?? 0;
    return {
      total: pair.total,
      singletons: pair.singletons,
      distinct: pair.distinct,
      recent: pair.recent,
      first: pair.first,
      count: seen === undefined || stale ? 0 : seen.count,
      forgotten: stale ? seen.last : undefined,
      elsewhere: Math.max(0, elsewhere - (seen === undefined ? 0 : 1)),
    };
  }

  add(slot: Slot, pair: PairMemory, seen: SeenValue | undefined, time: number): void {
    pair.total++;
    pair.recent += ((seen === undefined ? 1 : 0) - pair.recent) * Math.max(2 / (pair.total + 1), 1 / RECENT);
    if (seen === undefined) {
      this.addFirst(slot, pair, time);
      return;
    }
    if (seen.noted !== this.journal.batch) this.noteValue(seen);
    if (seen.count === 1) pair.singletons--;
    seen.count++;
    if (time > seen.last) seen.last = time;
    seen.used = this.uses++;
  }

  /** Puts a pair back as a snapshot holds it; `values` longest unused first. */
  file(
    place: Place,
    seenAt: number,
    pair: Omit<PairMemory, 'values' | 'born' | 'noted'>,
    values: readonly (readonly [string, number, number])[],
  ): void {
    const filed: PairMemory = { ...pair, values: new SeenValues(), born: 0, noted: 0 };
    for (const [name, count, last] of values) filed.values.put({ name, count, last, used: this.uses++, noted: 0, held: true });
    this.held += filed.values.size;
    this.pairs.take(place, seenAt, () => filed);
  }

  private addFirst(slot: Slot, pair: PairMemory, time: number): void {
    pair.distinct++;
    pair.singletons++;
    const entry = this.known.take(slot.known(this.known), time, () => ({ entities: 0, last: time }));
    const { value: known } = entry;
    if (known.entities > 0) this.noteKnown(entry);
    known.entities++;
    known.last = Math.max(known.last, time);
    entry.seen = Math.max(entry.seen, time);
    const value: SeenValue = { name: slot.name, count: 1, last: time, used: this.uses++, noted: this.journal.batch, held: true };
    pair.values.put(value);
    if (pair.born !== this.journal.batch) this.journal.note(() => pair.values.remove(value));
    slot.value = value;
    this.held++;
    const { maxValues, maxHeld } = this.config;
    if (pair.values.size <= maxValues && (this.held <= maxHeld || pair.values.size === 1)) return;
    pair.values.forgetOldest(this.journal);
    this.held--;
  }

  private noteKnown(entry: Entry<KnownValue>): void {
    const { value: known, seen } = entry;
    const { entities, last } = known;
    this.journal.note(() => {
      Object.assign(known, { entities, last });
      entry.seen = seen;
    });
  }

  private notePair(entry: Entry<PairMemory>): void {
    const { value: pair, seen } = entry;
    const { total, singletons, distinct, recent } = pair;
    this.journal.note(() => {
      Object.assign(pair, { total, singletons, distinct, recent });
      entry.seen = seen;
    });
    pair.noted = this.journal.batch;
  }

  private noteValue(value: SeenValue): void {
    const { count, last, used } = value;
    this.journal.note(() => Object.assign(value, { count, last, used }));
    value.noted = this.journal.batch;
  }
}

function newPair(time: number, batch: number): PairMemory {
  return { total: 0, singletons: 0, distinct: 0, recent: 1, first: time, values: new SeenValues(), born: batch, noted: batch };
}
