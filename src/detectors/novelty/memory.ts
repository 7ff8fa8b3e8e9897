import { BoundedTable } from './bounded-table.ts';
import type { NoveltyConfig } from './config.ts';

/** What one entity showed in one field. */
export interface PairMemory {
  /** Observations so far. */
  total: number;
  /** Values seen exactly once: what Good and Turing estimate the share of unseen values from. */
  singletons: number;
  /** First occurrences so far. */
  distinct: number;
  first: number;
  /** Value -> occurrences and last time, longest unseen first. */
  readonly values: Map<string, { count: number; last: number }>;
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
  readonly first: number;
  /** Occurrences of the value before this one; 0 = new, or forgotten. */
  readonly count: number;
  /** Last time, where it was seen before the horizon. */
  readonly forgotten: number | undefined;
  /** Other entities that have shown the value. */
  readonly elsewhere: number;
}

const MAX_NAME = 200;

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

  look(entity: string, field: string, value: string, time: number): Occurrence {
    const pair = this.pairs.peek(pairKey(entity, field));
    const seen = pair?.values.get(short(value));
    const stale = seen !== undefined && time - seen.last > this.config.horizon;
    const elsewhere = this.known.peek(knownKey(field, value))?.entities ?? 0;
    return {
      total: pair?.total ?? 0,
      singletons: pair?.singletons ?? 0,
      distinct: pair?.distinct ?? 0,
      first: pair?.first ?? time,
      count: seen === undefined || stale ? 0 : seen.count,
      forgotten: stale ? seen.last : undefined,
      elsewhere: Math.max(0, elsewhere - (seen === undefined ? 0 : 1)),
    };
  }

  add(entity: string, field: string, value: string, time: number): void {
    const pair = this.pairs.take(pairKey(entity, field), time, () => ({
      total: 0,
      singletons: 0,
      distinct: 0,
      first: time,
      values: new Map(),
    }));
    const name = short(value);
    const seen = pair.values.get(name);
    pair.total++;
    if (seen === undefined) {
      pair.distinct++;
      pair.singletons++;
      const known = this.known.take(knownKey(field, value), time, () => ({ entities: 0, last: time }));
      known.entities++;
      known.last = Math.max(known.last, time);
      pair.values.set(name, { count: 1, last: time });
      if (pair.values.size > this.config.maxValues) forgetOldest(pair);
      return;
    }
    if (seen.count === 1) pair.singletons--;
    pair.values.delete(name);
    pair.values.set(name, { count: seen.count + 1, last: Math.max(seen.last, time) });
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
