import { BoundedTable, type Place } from './bounded-table.ts';
import type { NoveltyConfig } from './config.ts';

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
  first: number;
  /** Value -> occurrences and last time, longest unseen first. */
  readonly values: Map<string, { count: number; last: number }>;
}

/** Where a value occurs: how many pairs have shown it for the first time. */
export interface KnownValue {
  entities: number;
  last: number;
}

/** Where an observation belongs in the memory's tables. */
export interface Slot {
  readonly pair: Place;
  readonly known: Place;
  readonly name: string;
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

const MAX_NAME = 200;
/** Observations over which the share of new values fades; with fewer so far, later ones count more, so that the first values do not linger. */
const RECENT = 200;

export class NoveltyMemory {
  private readonly config: NoveltyConfig;
  readonly pairs: BoundedTable<PairMemory>;
  readonly known: BoundedTable<KnownValue>;

  constructor(config: NoveltyConfig, pairs?: BoundedTable<PairMemory>, known?: BoundedTable<KnownValue>) {
    this.config = config;
    this.pairs = pairs ?? new BoundedTable(config.maxPairs, copyPair);
    this.known = known ?? new BoundedTable(config.maxKnown, (value) => ({ ...value }));
  }

  fork(): NoveltyMemory {
    return new NoveltyMemory(this.config, this.pairs.fork(), this.known.fork());
  }

  /** Takes over what a fork learnt. */
  adopt(fork: NoveltyMemory): void {
    this.pairs.adopt(fork.pairs);
    this.known.adopt(fork.known);
  }

  slotOf(entity: string, field: string, value: string): Slot {
    const name = short(value);
    return { pair: this.pairs.placeOf(pairKey(entity, field)), known: this.known.placeOf(knownKey(field, value)), name };
  }

  look(slot: Slot, time: number): Occurrence {
    const pair = this.pairs.peek(slot.pair);
    const seen = pair?.values.get(slot.name);
    const stale = seen !== undefined && time - seen.last > this.config.horizon;
    const elsewhere = this.known.peek(slot.known)?.entities ?? 0;
    return {
      total: pair?.total ?? 0,
      singletons: pair?.singletons ?? 0,
      distinct: pair?.distinct ?? 0,
      recent: pair?.recent ?? 1,
      first: pair?.first ?? time,
      count: seen === undefined || stale ? 0 : seen.count,
      forgotten: stale ? seen.last : undefined,
      elsewhere: Math.max(0, elsewhere - (seen === undefined ? 0 : 1)),
    };
  }

  add(slot: Slot, time: number): void {
    const pair = this.pairs.take(slot.pair, time, () => ({
      total: 0,
      singletons: 0,
      distinct: 0,
      recent: 1,
      first: time,
      values: new Map(),
    }));
    const { name } = slot;
    const seen = pair.values.get(name);
    pair.total++;
    pair.recent += ((seen === undefined ? 1 : 0) - pair.recent) * Math.max(2 / (pair.total + 1), 1 / RECENT);
    if (seen === undefined) {
      pair.distinct++;
      pair.singletons++;
      const known = this.known.take(slot.known, time, () => ({ entities: 0, last: time }));
      known.entities++;
      known.last = Math.max(known.last, time);
      pair.values.set(name, { count: 1, last: time });
      if (pair.values.size > this.config.maxValues) forgetOldest(pair);
      return;
    }
    if (seen.count === 1) pair.singletons--;
    seen.count++;
    seen.last = Math.max(seen.last, time);
    pair.values.delete(name);
    pair.values.set(name, seen);
  }
}

/** A forgotten singleton stays in `singletons`: it still tells how often new values come. */
function forgetOldest(pair: PairMemory): void {
  for (const name of pair.values.keys()) {
    pair.values.delete(name);
    return;
  }
}

function copyPair(pair: PairMemory): PairMemory {
  return { ...pair, values: new Map([...pair.values].map(([name, seen]) => [name, { ...seen }])) };
}

function short(name: string): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…${name.length}` : name;
}

function pairKey(entity: string, field: string): string {
  return `${short(entity)}\n${short(field)}`;
}

function knownKey(field: string, value: string): string {
  return `${short(field)}\n${short(value)}`;
}
