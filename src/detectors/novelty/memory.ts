import { BoundedTable, hashOf, type Kept } from './bounded-table.ts';
import type { NoveltyConfig } from './config.ts';
import { Journal } from './journal.ts';
import { PairMemory } from './pair-memory.ts';
import type { Slot } from './slots.ts';
import { NONE, ValuePool } from './value-pool.ts';

/** Where a value occurs: how many pairs have shown it for the first time. */
export interface KnownValue extends Kept {
  entities: number;
  last: number;
  /** Batch of the journal that noted it last. */
  noted: number;
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

/**
 * Observations over which the share of new values fades; with fewer so far, later ones count more, so that the first values do not linger. Few
 * new values are judged over more observations than many, so that one, harmless or not, doesn't hide those that follow.
 */
const RECENT = 200;
const RARE = 1000;
/** Share of new values above which 200 observations tell it. */
const MANY = 1 / RECENT;

/** What was observed, in bounded memory. Changes since `journal.begin` can be taken back. */
export class NoveltyMemory {
  readonly values = new ValuePool();
  private readonly journal = new Journal();
  readonly pairs: BoundedTable<PairMemory>;
  readonly known: BoundedTable<KnownValue>;
  private readonly config: NoveltyConfig;
  /** Values of all pairs. */
  held = 0;
  /** Time of the observation at hand; a field, as a number given from call to call would be put on the heap each time. */
  time = 0;

  constructor(config: NoveltyConfig) {
    this.config = config;
    this.pairs = new BoundedTable(config.maxPairs, this.journal, (pair) => {
      this.held -= pair.size;
      this.values.forgetAll(pair);
    });
    this.known = new BoundedTable(config.maxKnown, this.journal);
  }

  /** From here on changes can be taken back. */
  begin(): void {
    this.journal.begin();
    this.values.begin();
    this.journal.note(countHeld, this, undefined, this.held);
  }

  /** The changes since `begin` stay. */
  keep(): void {
    this.journal.keep();
    this.values.keep();
  }

  /** The changes since `begin` are taken back. */
  takeBack(): void {
    this.values.takeBack();
    this.journal.takeBack();
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

  /** Number of a slot's value in its pair, -1 where that is new. */
  seen(slot: Slot, pair: PairMemory): number {
    const { value } = slot;
    if (value !== NONE && slot.owner === pair && this.values.stamp[value] === slot.stamp) return value;
    const found = pair.get(slot.name);
    this.remember(slot, pair, found);
    return found;
  }

  isStale(value: number): boolean {
    return this.time - (this.values.last[value] as number) > this.config.horizon;
  }

  occurrence(slot: Slot, pair: PairMemory, seen: number): Occurrence {
    const stale = seen !== NONE && this.isStale(seen);
    return {
      total: pair.total,
      singletons: pair.singletons,
      distinct: pair.distinct,
      recent: pair.recent,
      first: pair.first,
      count: seen === NONE || stale ? 0 : (this.values.count[seen] as number),
      forgotten: stale ? (this.values.last[seen] as number) : undefined,
      elsewhere: this.elsewhere(slot, seen),
    };
  }

  /** Other entities that have shown the slot's value. */
  elsewhere(slot: Slot, seen: number): number {
    return Math.max(0, (this.knownOf(slot)?.entities ?? 0) - (seen === NONE ? 0 : 1));
  }

  private knownOf(slot: Slot): KnownValue | undefined {
    if (slot.known?.held !== true) slot.known = this.known.find(slot.knownKey(), slot.knownHash());
    return slot.known;
  }

  add(slot: Slot, pair: PairMemory, seen: number): void {
    pair.total++;
    pair.recent += ((seen === NONE ? 1 : 0) - pair.recent) * Math.max(2 / (pair.total + 1), pair.recent > MANY ? 1 / RECENT : 1 / RARE);
    if (seen === NONE) {
      this.addFirst(slot, pair);
      return;
    }
    if (this.values.count[seen] === 1) pair.singletons--;
    this.values.use(pair, seen, this.time);
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
    for (const [name, count, last] of values) this.values.add(pair, name, count, last);
    this.held += pair.size;
    this.pairs.insert(pair);
  }

  private addFirst(slot: Slot, pair: PairMemory): void {
    const { time } = this;
    pair.distinct++;
    pair.singletons++;
    let known = this.knownOf(slot);
    if (known === undefined) {
      const noted = this.journal.batch;
      known = { key: slot.knownKey(), hash: slot.knownHash(), seen: time, held: true, entities: 1, last: time, noted };
      this.known.insert(known);
      slot.known = known;
    } else {
      if (known.noted !== this.journal.batch) this.noteKnown(known);
      known.entities++;
      if (time > known.last) known.last = time;
      if (time > known.seen) known.seen = time;
    }
    this.remember(slot, pair, this.values.add(pair, slot.name, 1, time));
    this.held++;
    const { maxValues, maxHeld } = this.config;
    if (pair.size <= maxValues && (this.held <= maxHeld || pair.size === 1)) return;
    this.values.forgetOldest(pair);
    this.held--;
  }

  private remember(slot: Slot, pair: PairMemory, value: number): void {
    slot.owner = pair;
    slot.value = value;
    if (value !== NONE) slot.stamp = this.values.stamp[value] as number;
  }

  private notePair(pair: PairMemory): void {
    const { total, singletons, distinct, recent, seen } = pair;
    this.journal.note(restore, pair, { total, singletons, distinct, recent, seen }, 0);
    pair.noted = this.journal.batch;
  }

  private noteKnown(known: KnownValue): void {
    const { entities, last, seen } = known;
    this.journal.note(restore, known, { entities, last, seen }, 0);
    known.noted = this.journal.batch;
  }
}

const countHeld = (memory: unknown, _: unknown, held: number): void => {
  (memory as NoveltyMemory).held = held;
};

const restore = (of: unknown, before: unknown): void => {
  Object.assign(of as object, before);
};
