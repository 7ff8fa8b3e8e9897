import { latin1At } from '../core/index.ts';
import { widen } from './event-arena.ts';

const NONE = -1;
const SLOTS = 512;

// Of each slot side by side: its key's hash, the next slot of its bucket, and its neighbours in order of use.
const [HASH, CHAIN, OLDER, NEWER] = [0, 1, 2, 3];
const STRIDE = 4;
/** Leading bytes of a key that are kept as 32-bit words, to be compared four at a time. */
const WORD_BYTES = 32;
const WORDS = WORD_BYTES / 4;

/**
 * Byte keys -> slot numbers, chained in buckets by hash and compared in full; slots are kept in order of last use.
 * No string is made to look a key up.
 */
export class KeyTable {
  private buckets = new Int32Array(SLOTS * 2).fill(NONE);
  private cells = new Int32Array(SLOTS * STRIDE);
  private words = new Int32Array(SLOTS * WORDS);
  /** Of the key at hand: its first words, those behind its end 0. */
  private readonly sought = new Int32Array(WORDS);
  private bytes: Uint8Array | undefined;
  private view: DataView = new DataView(new ArrayBuffer(0));
  /** One character a byte. */
  private readonly keys: string[] = [];
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
    const { cells, buckets } = this;
    const hash = this.hash(bytes, start, end);
    for (let slot = buckets[hash & (buckets.length - 1)] as number; slot !== NONE; slot = cells[slot * STRIDE + CHAIN] as number) {
      if (cells[slot * STRIDE + HASH] === hash && this.isSame(slot, bytes, start, end)) return slot;
    }
    return NONE;
  }

  insert(bytes: Uint8Array, start: number, end: number): number {
    if (this.size * 2 >= this.buckets.length) this.rehash();
    const slot = this.free.pop() ?? this.size;
    if (slot * STRIDE >= this.cells.length) {
      this.cells = widen(this.cells, new Int32Array(this.cells.length * 2));
      this.words = widen(this.words, new Int32Array(this.words.length * 2));
    }
    const hash = this.hash(bytes, start, end);
    const bucket = hash & (this.buckets.length - 1);
    this.cells[slot * STRIDE + HASH] = hash;
    this.words.set(this.sought, slot * WORDS);
    this.keys[slot] = latin1At(bytes, start, end);
    this.cells[slot * STRIDE + CHAIN] = this.buckets[bucket] as number;
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
    const { cells } = this;
    const bucket = (cells[slot * STRIDE + HASH] as number) & (this.buckets.length - 1);
    const behind = cells[slot * STRIDE + CHAIN] as number;
    let at = this.buckets[bucket] as number;
    if (at === slot) this.buckets[bucket] = behind;
    else {
      while (cells[at * STRIDE + CHAIN] !== slot) at = cells[at * STRIDE + CHAIN] as number;
      cells[at * STRIDE + CHAIN] = behind;
    }
    this.unlink(slot);
    this.free.push(slot);
    this.size--;
  }

  /** The bytes of a slot's key, one character each. */
  key(slot: number): string {
    return this.keys[slot] as string;
  }

  /** The next slot after `slot` in order of last use, -1 at the end. */
  after(slot: number): number {
    return this.cells[slot * STRIDE + NEWER] as number;
  }

  /** Also leaves the key's first words in `sought`. */
  private hash(bytes: Uint8Array, start: number, end: number): number {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    const { view, sought } = this;
    let hash = this.seed ^ (end - start);
    let at = start;
    let word = 0;
    for (; word < WORDS && at + 4 <= end; at += 4) {
      const four = view.getInt32(at, true);
      sought[word++] = four;
      hash = Math.imul(hash ^ four, 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    if (word < WORDS) {
      let rest = 0;
      for (let shift = 0; at < end; at++, shift += 8) rest |= (bytes[at] as number) << shift;
      sought[word++] = rest;
      hash = Math.imul(hash ^ rest, 0x85ebca6b);
      hash ^= hash >>> 15;
      while (word < WORDS) sought[word++] = 0;
    }
    for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
    return hash ^ (hash >>> 13);
  }

  /** Whether a slot has the key whose words `hash` left. */
  private isSame(slot: number, bytes: Uint8Array, start: number, end: number): boolean {
    const key = this.keys[slot] as string;
    if (key.length !== end - start) return false;
    const { words, sought } = this;
    for (let word = 0, at = slot * WORDS; word < WORDS; word++, at++) if (words[at] !== sought[word]) return false;
    for (let i = WORD_BYTES; i < key.length; i++) if (key.charCodeAt(i) !== bytes[start + i]) return false;
    return true;
  }

  private link(slot: number): void {
    const { cells, newest } = this;
    cells[slot * STRIDE + OLDER] = newest;
    cells[slot * STRIDE + NEWER] = NONE;
    if (newest !== NONE) cells[newest * STRIDE + NEWER] = slot;
    this.newest = slot;
    if (this.oldest === NONE) this.oldest = slot;
  }

  private unlink(slot: number): void {
    const { cells } = this;
    const older = cells[slot * STRIDE + OLDER] as number;
    const newer = cells[slot * STRIDE + NEWER] as number;
    if (older === NONE) this.oldest = newer;
    else cells[older * STRIDE + NEWER] = newer;
    if (newer === NONE) this.newest = older;
    else cells[newer * STRIDE + OLDER] = older;
  }

  private rehash(): void {
    const { cells } = this;
    this.buckets = new Int32Array(this.buckets.length * 2).fill(NONE);
    for (let slot = this.oldest; slot !== NONE; slot = this.after(slot)) {
      const bucket = (cells[slot * STRIDE + HASH] as number) & (this.buckets.length - 1);
      cells[slot * STRIDE + CHAIN] = this.buckets[bucket] as number;
      this.buckets[bucket] = slot;
    }
  }
}
