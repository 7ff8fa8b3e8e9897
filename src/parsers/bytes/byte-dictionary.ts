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

  constructor(cap = 65_536) {
    this.cap = cap;
  }

  /** `bytes` must be the same text for the whole batch (it may have moved to a larger buffer). */
  code(bytes: Uint8Array, start: number, end: number): number {
    if (this.last !== EMPTY && this.holds(this.last, bytes, start, end)) return this.last;
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
    const mask = this.table.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let probes = 0; probes < 32; probes++) {
      const code = this.table[slot] as number;
      if (code === EMPTY) break;
      if (this.holds(code, bytes, start, end)) {
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
      if (++this.known * 2 > this.table.length) this.rehash(bytes);
    }
    return code;
  }

  private rehash(bytes: Uint8Array): void {
    const old = this.table;
    this.table = new Int32Array(old.length * 4).fill(EMPTY);
    const mask = this.table.length - 1;
    for (const code of old) {
      if (code === EMPTY) continue;
      const end = this.ends[code] as number;
      const start = this.starts[code] as number;
      let hash = end - start;
      for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (this.table[slot] !== EMPTY) slot = (slot + 1) & mask;
      this.table[slot] = code;
    }
  }

  private holds(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.starts[code] as number;
    const length = end - start;
    if ((this.ends[code] as number) - from !== length) return false;
    for (let i = 0; i < length; i++) if (bytes[from + i] !== bytes[start + i]) return false;
    return true;
  }
}
