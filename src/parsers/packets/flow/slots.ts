import { SLOT_WIDTH } from './layout.ts';
import { type SparseRows, sparse, unsparse } from './sparse-rows.ts';

/** Key of a flow: two addresses in canonical order, ports, protocol, meta. */
export const KEY_WIDTH = 11;
const FIRST_CAPACITY = 4096;

/** Flows in order of use, the one unused longest first. */
export interface SlotsState {
  readonly keys: Int32Array;
  readonly hashes: Int32Array;
  readonly values: SparseRows;
}

/**
 * Flows in typed arrays: a hash table with chains, and a list in order of use. Grows by doubling up to `most`; then the flow
 * unused longest makes room.
 */
export class FlowSlots {
  values = new Float64Array(FIRST_CAPACITY * SLOT_WIDTH);
  keys = new Int32Array(FIRST_CAPACITY * KEY_WIDTH);
  size = 0;
  readonly #most: number;
  #capacity = FIRST_CAPACITY;
  #high = 0;
  #free: Int32Array = new Int32Array(FIRST_CAPACITY);
  #freeCount = 0;
  #chain = new Int32Array(FIRST_CAPACITY);
  #hashes = new Int32Array(FIRST_CAPACITY);
  #newer = new Int32Array(FIRST_CAPACITY);
  #older = new Int32Array(FIRST_CAPACITY);
  #buckets = new Int32Array(FIRST_CAPACITY * 2).fill(-1);
  #newest = -1;
  #oldest = -1;

  constructor(most: number) {
    this.#most = Math.max(1, most);
  }

  /** The flow used longest ago, or -1. */
  get oldest(): number {
    return this.#oldest;
  }

  get isFull(): boolean {
    return this.size >= this.#most;
  }

  find(key: Int32Array, hash: number): number {
    const keys = this.keys;
    let slot = this.#buckets[hash & (this.#buckets.length - 1)] as number;
    while (slot >= 0) {
      if (this.#hashes[slot] === hash) {
        const at = slot * KEY_WIDTH;
        let equal = true;
        for (let i = 0; i < 10 && equal; i++) equal = keys[at + i] === key[i];
        if (equal) return slot;
      }
      slot = this.#chain[slot] as number;
    }
    return -1;
  }

  /** A cleared slot for a key that is not in the table; the table must not be full. */
  add(key: Int32Array, hash: number): number {
    if (this.#freeCount === 0 && this.#high === this.#capacity) this.#grow();
    const slot = this.#freeCount > 0 ? (this.#free[--this.#freeCount] as number) : this.#high++;
    this.keys.set(key, slot * KEY_WIDTH);
    this.values.fill(0, slot * SLOT_WIDTH, (slot + 1) * SLOT_WIDTH);
    this.#hashes[slot] = hash;
    this.#link(slot);
    this.#pushNewest(slot);
    this.size++;
    return slot;
  }

  remove(slot: number): void {
    const bucket = (this.#hashes[slot] as number) & (this.#buckets.length - 1);
    let at = this.#buckets[bucket] as number;
    if (at === slot) this.#buckets[bucket] = this.#chain[slot] as number;
    else {
      while (this.#chain[at] !== slot) at = this.#chain[at] as number;
      this.#chain[at] = this.#chain[slot] as number;
    }
    this.#unlist(slot);
    this.#free[this.#freeCount++] = slot;
    this.size--;
  }

  /** Makes a slot the newest. */
  touch(slot: number): void {
    if (this.#newest === slot) return;
    this.#unlist(slot);
    this.#pushNewest(slot);
  }

  /** Slots in order of use, the one unused longest first. */
  order(): Int32Array {
    const order = new Int32Array(this.size);
    let at = 0;
    for (let slot = this.#oldest; slot >= 0; slot = this.#newer[slot] as number) order[at++] = slot;
    return order;
  }

  snapshot(order: Int32Array): SlotsState {
    const keys = new Int32Array(order.length * KEY_WIDTH);
    for (const [i, slot] of order.entries()) keys.set(this.keys.subarray(slot * KEY_WIDTH, (slot + 1) * KEY_WIDTH), i * KEY_WIDTH);
    return { keys, hashes: order.map((slot) => this.#hashes[slot] as number), values: sparse(this.values, order, SLOT_WIDTH) };
  }

  /** Into an empty table; returns the slot of each flow of the snapshot. */
  restore({ keys, hashes, values }: SlotsState): Int32Array {
    const order = hashes.map((hash, i) => this.add(keys.subarray(i * KEY_WIDTH, (i + 1) * KEY_WIDTH), hash));
    unsparse(values, (row, column, value) => {
      this.values[(order[row] as number) * SLOT_WIDTH + column] = value;
    });
    return order;
  }

  #link(slot: number): void {
    const bucket = (this.#hashes[slot] as number) & (this.#buckets.length - 1);
    this.#chain[slot] = this.#buckets[bucket] as number;
    this.#buckets[bucket] = slot;
  }

  #pushNewest(slot: number): void {
    this.#older[slot] = this.#newest;
    this.#newer[slot] = -1;
    if (this.#newest >= 0) this.#newer[this.#newest] = slot;
    this.#newest = slot;
    if (this.#oldest < 0) this.#oldest = slot;
  }

  #unlist(slot: number): void {
    const [older, newer] = [this.#older[slot] as number, this.#newer[slot] as number];
    if (older >= 0) this.#newer[older] = newer;
    else this.#oldest = newer;
    if (newer >= 0) this.#older[newer] = older;
    else this.#newest = older;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.values = grown(this.values, new Float64Array(this.#capacity * SLOT_WIDTH));
    this.keys = grown(this.keys, new Int32Array(this.#capacity * KEY_WIDTH));
    this.#free = grown(this.#free, new Int32Array(this.#capacity));
    this.#chain = grown(this.#chain, new Int32Array(this.#capacity));
    this.#hashes = grown(this.#hashes, new Int32Array(this.#capacity));
    this.#newer = grown(this.#newer, new Int32Array(this.#capacity));
    this.#older = grown(this.#older, new Int32Array(this.#capacity));
    this.#buckets = new Int32Array(this.#capacity * 2).fill(-1);
    for (let slot = this.#oldest; slot >= 0; slot = this.#newer[slot] as number) this.#link(slot);
  }
}

function grown<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
