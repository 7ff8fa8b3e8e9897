import type { ObservationBatch } from '../../core/index.ts';
import { hashOf } from './bounded-table.ts';
import type { KnownValue, NoveltyMemory } from './memory.ts';
import type { PairMemory } from './pair-memory.ts';
import { NONE } from './value-pool.ts';

const MAX_NAME = 200;
const EMPTY = -1;

/** What an entity shows in a field; `pair` once it was met. */
export interface PairSlot {
  readonly key: string;
  readonly hash: number;
  pair: PairMemory | undefined;
}

/** Where an observation belongs in the memory's tables, worked out once for all rows that show the same. */
export class Slot {
  readonly pair: PairSlot;
  readonly name: string;
  /** Of which pair `value` was found, and which value had that number then. */
  owner: PairMemory | undefined;
  value: number;
  stamp: number;
  /** Where its value occurs, as long as that is held. */
  known: KnownValue | undefined;
  private readonly field: string;
  private key: string | undefined;
  private hash = 0;

  constructor(pair: PairSlot, field: string, value: string) {
    this.pair = pair;
    this.name = short(value);
    this.owner = undefined;
    this.value = NONE;
    this.stamp = 0;
    this.known = undefined;
    this.field = field;
    this.key = undefined;
  }

  /** The value in the table of those known over all entities. */
  knownKey(): string {
    if (this.key === undefined) {
      this.key = `${short(this.field)}\n${this.name}`;
      this.hash = hashOf(this.key);
    }
    return this.key;
  }

  /** Of `knownKey`, which was asked for before. */
  knownHash(): number {
    return this.hash;
  }
}

/** Slots after which they are made anew, so that memory stays bounded. */
const MOST_SLOTS = 131_072;

/**
 * Slots of rows by their codes: an open-addressing table of (pair, value) and one of (entity, field). They serve every batch with
 * the same dictionaries, as long as the memory is the same.
 */
export class BatchSlots {
  private readonly memory: NoveltyMemory;
  private batch: ObservationBatch;
  private readonly pairs: CodeIndex<PairSlot>;
  private readonly slots: CodeIndex<Slot>;
  /** By the batch's code for what a row shows, where it has one. */
  private readonly byShown: (Slot | undefined)[] = [];

  constructor(memory: NoveltyMemory, batch: ObservationBatch) {
    this.memory = memory;
    this.batch = batch;
    this.pairs = new CodeIndex((entity, field) => {
      const key = pairKey(this.batch.entities[entity] as string, this.batch.fields[field] as string);
      return { key, hash: hashOf(key), pair: undefined };
    });
    this.slots = new CodeIndex((pair, value, row) => {
      const field = this.batch.fields[this.batch.field[row] as number] as string;
      return new Slot(this.pairs.items[pair] as PairSlot, field, this.batch.values[value] as string);
    });
  }

  /** Slots for the rows of a batch: these, where they still serve. */
  for(batch: ObservationBatch): BatchSlots {
    const { entities, fields, values } = this.batch;
    const same = entities === batch.entities && fields === batch.fields && values === batch.values;
    if (!same || this.slots.items.length >= MOST_SLOTS) return new BatchSlots(this.memory, batch);
    this.batch = batch;
    return this;
  }

  at(row: number): Slot {
    const { shown } = this.batch;
    if (shown === undefined) return this.find(row);
    const code = shown[row] as number;
    const known = this.byShown[code];
    if (known !== undefined) return known;
    const slot = this.find(row);
    this.byShown[code] = slot;
    return slot;
  }

  private find(row: number): Slot {
    const pair = this.pairs.find(this.batch.entity[row] as number, this.batch.field[row] as number, row);
    return this.slots.items[this.slots.find(pair, this.batch.value[row] as number, row)] as Slot;
  }

  /** Rates nothing, adds the rows before `end`. */
  add(end: number): void {
    const { memory, batch } = this;
    for (let row = 0; row < end; row++) {
      const slot = this.at(row);
      memory.time = batch.time[row] as number;
      const pair = memory.pair(slot);
      memory.add(slot, pair, memory.seen(slot, pair));
    }
  }
}

/** Items by a pair of codes, made when first asked for. */
class CodeIndex<T> {
  readonly items: T[] = [];
  private readonly make: (a: number, b: number, row: number) => T;
  private first: number[] = [];
  private second: number[] = [];
  private table = new Int32Array(64).fill(EMPTY);
  private last = EMPTY;

  constructor(make: (a: number, b: number, row: number) => T) {
    this.make = make;
  }

  find(a: number, b: number, row: number): number {
    const { first, second, last } = this;
    if (last !== EMPTY && first[last] === a && second[last] === b) return last;
    const mask = this.table.length - 1;
    let at = placeOf(a, b) & mask;
    for (;;) {
      const item = this.table[at] as number;
      if (item === EMPTY) break;
      if (first[item] === a && second[item] === b) {
        this.last = item;
        return item;
      }
      at = (at + 1) & mask;
    }
    const item = this.items.push(this.make(a, b, row)) - 1;
    first.push(a);
    second.push(b);
    this.table[at] = item;
    this.last = item;
    if (this.items.length * 2 > this.table.length) this.grow();
    return item;
  }

  private grow(): void {
    this.table = new Int32Array(this.table.length * 4).fill(EMPTY);
    const mask = this.table.length - 1;
    for (let item = 0; item < this.items.length; item++) {
      let at = placeOf(this.first[item] as number, this.second[item] as number) & mask;
      while (this.table[at] !== EMPTY) at = (at + 1) & mask;
      this.table[at] = item;
    }
  }
}

function placeOf(a: number, b: number): number {
  const hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

export function pairKey(entity: string, field: string): string {
  return `${short(entity)}\n${short(field)}`;
}

function short(name: string): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…${name.length}` : name;
}
