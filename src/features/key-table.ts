import { fnv1a } from '../core/index.ts';
import { widen } from './event-arena.ts';

const NONE = -1;

/**
 * Byte keys -> slot numbers, chained in buckets by hash and compared byte for byte; slots are kept in order of last use.
 * No string is made to look a key up.
 */
export class KeyTable {
  private buckets = new Int32Array(1024).fill(NONE);
  private chain = new Int32Array(512);
  private older = new Int32Array(512);
  private newer = new Int32Array(512);
  private readonly hashes: number[] = [];
  private readonly keys: Uint8Array[] = [];
  private readonly free: number[] = [];
  private readonly seed: number;
  size = 0;
  /** Least recently used slot, -1 when empty. */
  oldest = NONE;
  private newest = NONE;

  constructor(seed: number) {
    this.seed = seed;
  }

  find(bytes: Uint8Array, start: number, end: number): number {
    const hash = this.hash(bytes, start, end);
    for (let slot = this.buckets[hash & (this.buckets.length - 1)] as number; slot !== NONE; slot = this.chain[slot] as number) {
      if (this.hashes[slot] === hash && this.same(this.keys[slot] as Uint8Array, bytes, start, end)) return slot;
    }
    return NONE;
  }

  insert(bytes: Uint8Array, start: number, end: number): number {
    if (this.size * 2 >= this.buckets.length) this.rehash();
    const slot = this.free.pop() ?? this.size;
    if (slot >= this.chain.length) this.widenSlots();
    const hash = this.hash(bytes, start, end);
    const bucket = hash & (this.buckets.length - 1);
    this.hashes[slot] = hash;
    this.keys[slot] = bytes.slice(start, end);
    this.chain[slot] = this.buckets[bucket] as number;
    this.buckets[bucket] = slot;
    this.size++;
    this.link(slot);
    return slot;
  }

  touch(slot: number): void {
    if (slot === this.newest) return;
    this.unlink(slot);
    this.link(slot);
  }

  remove(slot: number): void {
    const bucket = (this.hashes[slot] as number) & (this.buckets.length - 1);
    let at = this.buckets[bucket] as number;
    if (at === slot) this.buckets[bucket] = this.chain[slot] as number;
    else {
      while (this.chain[at] !== slot) at = this.chain[at] as number;
      this.chain[at] = this.chain[slot] as number;
    }
    this.unlink(slot);
    this.free.push(slot);
    this.size--;
  }

  key(slot: number): Uint8Array {
    return this.keys[slot] as Uint8Array;
  }

  /** The next slot after `slot` in order of last use, -1 at the end. */
  after(slot: number): number {
    return this.newer[slot] as number;
  }

  private hash(bytes: Uint8Array, start: number, end: number): number {
    let hash = fnv1a(bytes, start, end, this.seed);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    return (hash ^ (hash >>> 13)) >>> 0;
  }

  private same(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
    if (key.length !== end - start) return false;
    for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
    return true;
  }

  private link(slot: number): void {
    this.older[slot] = this.newest;
    this.newer[slot] = NONE;
    if (this.newest !== NONE) this.newer[this.newest] = slot;
    this.newest = slot;
    if (this.oldest === NONE) this.oldest = slot;
  }

  private unlink(slot: number): void {
    const older = this.older[slot] as number;
    const newer = this.newer[slot] as number;
    if (older === NONE) this.oldest = newer;
    else this.newer[older] = newer;
    if (newer === NONE) this.newest = older;
    else this.older[newer] = older;
  }

  private rehash(): void {
    this.buckets = new Int32Array(this.buckets.length * 2).fill(NONE);
    for (let slot = this.oldest; slot !== NONE; slot = this.newer[slot] as number) {
      const bucket = (this.hashes[slot] as number) & (this.buckets.length - 1);
      this.chain[slot] = this.buckets[bucket] as number;
      this.buckets[bucket] = slot;
    }
  }

  private widenSlots(): void {
    const capacity = this.chain.length * 2;
    this.chain = widen(this.chain, new Int32Array(capacity));
    this.older = widen(this.older, new Int32Array(capacity));
    this.newer = widen(this.newer, new Int32Array(capacity));
  }
}
