const NONE = -1;
const FIRST_SLOTS = 256;

/**
 * 64-bit identities -> slot numbers 0, 1, …, at most `most` of them, kept in order of last use. Open addressing with linear
 * probing; removal shifts back what follows, so nothing is left behind.
 */
export class SlotTable {
  size = 0;
  capacity: number;
  /** Least recently used slot, -1 when empty. */
  oldest = NONE;
  readonly #most: number;
  readonly #free: number[] = [];
  #newest = NONE;
  #used = 0;
  #high: Int32Array;
  #low: Int32Array;
  #older: Int32Array;
  #newer: Int32Array;
  #buckets: Int32Array;

  constructor(most: number) {
    this.#most = most;
    this.capacity = Math.min(most, FIRST_SLOTS);
    this.#high = new Int32Array(this.capacity);
    this.#low = new Int32Array(this.capacity);
    this.#older = new Int32Array(this.capacity);
    this.#newer = new Int32Array(this.capacity);
    this.#buckets = new Int32Array(bucketsFor(this.capacity)).fill(NONE);
  }

  get full(): boolean {
    return this.size >= this.#most;
  }

  find(high: number, low: number): number {
    const mask = this.#buckets.length - 1;
    for (let bucket = low & mask; ; bucket = (bucket + 1) & mask) {
      const slot = this.#buckets[bucket] as number;
      if (slot === NONE || (this.#low[slot] === low && this.#high[slot] === high)) return slot;
    }
  }

  /** Of an identity that is not there, while not full. */
  insert(high: number, low: number): number {
    if (this.#free.length === 0 && this.#used === this.capacity) this.#grow();
    const slot = this.#free.pop() ?? this.#used++;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#place(slot);
    this.size++;
    this.#link(slot);
    return slot;
  }

  touch(slot: number): void {
    if (slot === this.#newest) return;
    this.#unlink(slot);
    this.#link(slot);
  }

  remove(slot: number): void {
    const mask = this.#buckets.length - 1;
    let hole = (this.#low[slot] as number) & mask;
    while (this.#buckets[hole] !== slot) hole = (hole + 1) & mask;
    for (let bucket = (hole + 1) & mask; this.#buckets[bucket] !== NONE; bucket = (bucket + 1) & mask) {
      const home = (this.#low[this.#buckets[bucket] as number] as number) & mask;
      if (((bucket - home) & mask) < ((bucket - hole) & mask)) continue;
      this.#buckets[hole] = this.#buckets[bucket] as number;
      hole = bucket;
    }
    this.#buckets[hole] = NONE;
    this.#unlink(slot);
    this.#free.push(slot);
    this.size--;
  }

  identity(slot: number): [number, number] {
    return [this.#high[slot] as number, this.#low[slot] as number];
  }

  /** The next slot in order of last use, -1 at the end. */
  after(slot: number): number {
    return this.#newer[slot] as number;
  }

  #place(slot: number): void {
    const mask = this.#buckets.length - 1;
    let bucket = (this.#low[slot] as number) & mask;
    while (this.#buckets[bucket] !== NONE) bucket = (bucket + 1) & mask;
    this.#buckets[bucket] = slot;
  }

  #link(slot: number): void {
    this.#older[slot] = this.#newest;
    this.#newer[slot] = NONE;
    if (this.#newest !== NONE) this.#newer[this.#newest] = slot;
    this.#newest = slot;
    if (this.oldest === NONE) this.oldest = slot;
  }

  #unlink(slot: number): void {
    const older = this.#older[slot] as number;
    const newer = this.#newer[slot] as number;
    if (older === NONE) this.oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
  }

  #grow(): void {
    this.capacity = Math.min(this.#most, this.capacity * 2);
    this.#high = widened(this.#high, this.capacity);
    this.#low = widened(this.#low, this.capacity);
    this.#older = widened(this.#older, this.capacity);
    this.#newer = widened(this.#newer, this.capacity);
    this.#buckets = new Int32Array(bucketsFor(this.capacity)).fill(NONE);
    for (let slot = this.oldest; slot !== NONE; slot = this.#newer[slot] as number) this.#place(slot);
  }
}

function bucketsFor(slots: number): number {
  return 2 ** Math.ceil(Math.log2(slots * 2));
}

function widened(from: Int32Array, length: number): Int32Array {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}
