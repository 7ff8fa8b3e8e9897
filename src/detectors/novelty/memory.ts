import { BoundedTable, hashOf, type Kept } from './bounded-table.ts';
import type { NoveltyConfig } from './config.ts';
import { Journal } from './journal.ts';
import { PairMemory } from './pair-memory.ts';
import type { SeenValue } from './seen-values.ts';
import type { Slot } from './slots.ts';

/** Where a value occurs: how many pairs have shown it for the first time. */
export interface KnownValue extends Kept {
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
  held = 0;
  /** Time of the observation at hand; a field, as a number given from call to call would be put on the heap each time. */
  time = 0;

  constructor(config: NoveltyConfig) {
    this.config = config;
    this.pairs = new BoundedTable(config.maxPairs, this.journal, (pair) => {
      this.held -= pair.size;
    });
    this.known = new BoundedTable(config.maxKnown, this.journal);
  }

  /** From here on changes can be taken back. */
  begin(): void {
    this.journal.begin();
    this.journal.note(countHeld, this, undefined, this.held);
  }

  /** The pair of an observation about to be added, made when it is new. */
  pair(slot: Slot): PairMemory {
    const { time } = this;
    const { pair: of } = slot;
    let { pair } = of;
    if (pair === undefined || !pair.held) {
      pair = this.pairs.find(of.key, of.hash);
      if (pair === undefined) {
        pair = new PairMemory(of.key, of.hash, time, time, this.journal.batch);
        this.pairs.insert(pair);
      }
      of.pair = pair;
    }
    if (pair.noted !== this.journal.batch) this.notePair(pair);
    if (time > pair.seen) pair.seen = time;
    return pair;
  }

  /** What is remembered of a slot's value in its pair. */
  seen(slot: Slot, pair: PairMemory): SeenValue | undefined {
    const { value } = slot;
    if (value?.held && slot.owner === pair) return value;
    const found = pair.get(slot.name);
    slot.value = found;
    slot.owner = pair;
    return found;
  }

  isStale(seen: SeenValue): boolean {
    return this.time - seen.last > this.config.horizon;
  }

  occurrence(slot: Slot, pair: PairMemory, seen: SeenValue | undefined): Occurrence {
    const stale = seen !== undefined && this.isStale(seen);
    return {
      total: pair.total,
      singletons: pair.singletons,
      distinct: pair.distinct,
      recent: pair.recent,
      first: pair.first,
      count: seen === undefined || stale ? 0 : seen.count,
      forgotten: stale ? seen.last : undefined,
      elsewhere: this.elsewhere(slot, seen),
    };
  }

  /** Other entities that have shown the slot's value. */
  elsewhere(slot: Slot, seen: SeenValue | undefined): number {
    return Math.max(0, (this.knownOf(slot)?.entities ?? 0) - (seen === undefined ? 0 : 1));
  }

  private knownOf(slot: Slot): KnownValue | undefined {
    if (slot.known?.held !== true) slot.known = this.known.find(slot.knownKey(), slot.knownHash());
    return slot.known;
  }

  add(slot: Slot, pair: PairMemory, seen: SeenValue | undefined): void {
    pair.total++;
    pair.recent += ((seen === undefined ? 1 : 0) - pair.recent) * Math.max(2 / (pair.total + 1), 1 / RECENT);
    if (seen === undefined) {
      this.addFirst(slot, pair);
      return;
    }
    if (seen.noted !== this.journal.batch) this.noteValue(seen);
    if (seen.count === 1) pair.singletons--;
    seen.count++;
    if (this.time > seen.last) seen.last = this.time;
    seen.used = this.uses++;
  }

  /** Puts a pair back as a snapshot holds it; `values` longest unused first. */
  file(
    key: string,
    seenAt: number,
    counts: Pick<PairMemory, 'total' | 'singletons' | 'distinct' | 'recent' | 'first'>,
    values: readonly (readonly [string, number, number])[],
  ): void {
    const { first, ...rest } = counts;
    const pair = Object.assign(new PairMemory(key, hashOf(key), seenAt, first, 0), rest);
    for (const [name, count, last] of values) pair.put({ name, count, last, used: this.uses++, noted: 0, held: true });
    this.held += pair.size;
    this.pairs.insert(pair);
  }

  private addFirst(slot: Slot, pair: PairMemory): void {
    const { time } = this;
    pair.distinct++;
    pair.singletons++;
    let known = this.knownOf(slot);
    if (known === undefined) {
      known = { key: slot.knownKey(), hash: slot.knownHash(), seen: time, held: true, entities: 1, last: time };
      this.known.insert(known);
      slot.known = known;
    } else {
      const { entities, last, seen } = known;
      this.journal.note(restore, known, { entities, last, seen }, 0);
      known.entities++;
      known.last = Math.max(last, time);
      known.seen = Math.max(seen, time);
    }
    const value: SeenValue = { name: slot.name, count: 1, last: time, used: this.uses++, noted: this.journal.batch, held: true };
    pair.put(value);
    if (pair.born !== this.journal.batch) this.journal.note(removeValue, pair, value, 0);
    slot.value = value;
    this.held++;
    const { maxValues, maxHeld } = this.config;
    if (pair.size <= maxValues && (this.held <= maxHeld || pair.size === 1)) return;
    pair.forgetOldest(this.journal);
    this.held--;
  }

  private notePair(pair: PairMemory): void {
    const { total, singletons, distinct, recent, seen } = pair;
    this.journal.note(restore, pair, { total, singletons, distinct, recent, seen }, 0);
    pair.noted = this.journal.batch;
  }

  private noteValue(value: SeenValue): void {
    this.journal.noteUse(value);
    value.noted = this.journal.batch;
  }
}

const countHeld = (memory: unknown, _: unknown, held: number): void => {
  (memory as NoveltyMemory).held = held;
};

const removeValue = (pair: unknown, value: unknown): void => (pair as PairMemory).remove(value as SeenValue);

const restore = (of: unknown, before: unknown): void => {
  Object.assign(of as object, before);
};
