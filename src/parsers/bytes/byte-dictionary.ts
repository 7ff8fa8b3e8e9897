import { type DictColumn, decodeUtf8 } from '../../core/index.ts';

const EMPTY = -1;

/**
 * Dictionary codes for byte spans; a string is made once per distinct value and batch. Past `cap` distinct values further
 * ones are kept but not looked up again, so a hostile batch costs no more than its own text.
 */
export class ByteDictionary {
  private readonly cap: number;
  private values: string[] = [];
  private starts: number[] = [];
  private ends: number[] = [];
  private table = new Int32Array(256).fill(EMPTY);
  private known = 0;
  private last = EMPTY;
  private bytes: Uint8Array | undefined;
  private words: DataView = new DataView(new ArrayBuffer(0));

  constructor(cap = 65_536) {
    this.cap = cap;
  }

  /** `bytes` must be the same text for the whole batch (it may have moved to a larger buffer). */
  code(bytes: Uint8Array, start: number, end: number): number {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    if (this.last !== EMPTY && this.holds(this.last, start, end)) return this.last;
    const mask = this.table.length - 1;
    let slot = this.hash(start, end) & mask;
    for (let probes = 0; probes < 32; probes++) {
      const code = this.table[slot] as number;
      if (code === EMPTY) break;
      if (this.holds(code, start, end)) {
        this.last = code;
        return code;
      }
      slot = (slot + 1) & mask;
    }
    return this.add(bytes, start, end, slot);
  }

  /** The finished column; the dictionary is empty afterwards. */
  finish(codes: Int32Array): DictColumn {
    const { values } = this;
    this.values = [];
    this.starts = [];
    this.ends = [];
    if (this.known > 0) this.table.fill(EMPTY);
    this.known = 0;
    this.last = EMPTY;
    return { codes, values };
  }

  private add(bytes: Uint8Array, start: number, end: number, slot: number): number {
    const code = this.values.push(decodeUtf8(bytes, start, end)) - 1;
    this.starts.push(start);
    this.ends.push(end);
    this.last = code;
    if (this.known < this.cap && this.table[slot] === EMPTY) {
      this.table[slot] = code;
      if (++this.known * 2 > this.table.length) this.rehash();
    }
    return code;
  }

  private rehash(): void {
    const old = this.table;
    this.table = new Int32Array(old.length * 4).fill(EMPTY);
    const mask = this.table.length - 1;
    for (const code of old) {
      if (code === EMPTY) continue;
      let slot = this.hash(this.starts[code] as number, this.ends[code] as number) & mask;
      while (this.table[slot] !== EMPTY) slot = (slot + 1) & mask;
      this.table[slot] = code;
    }
  }

  private hash(start: number, end: number): number {
    const { words } = this;
    let hash = end - start;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      hash = Math.imul(hash ^ words.getInt32(at, true), 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    for (; at < end; at++) hash = Math.imul(hash ^ words.getUint8(at), 0x01000193);
    return hash ^ (hash >>> 15);
  }

  private holds(code: number, start: number, end: number): boolean {
    const { words } = this;
    let from = this.starts[code] as number;
    if ((this.ends[code] as number) - from !== end - start) return false;
    let at = start;
    for (; at + 4 <= end; at += 4, from += 4) if (words.getInt32(from, true) !== words.getInt32(at, true)) return false;
    for (; at < end; at++, from++) if (words.getUint8(from) !== words.getUint8(at)) return false;
    return true;
  }
}
