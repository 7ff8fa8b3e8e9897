import { widen } from './event-arena.ts';

const NONE = -1;
/** Places looked at for one span: whoever makes spans collide gains no more than this. */
const MOST_PROBES = 16;
const MOST_SPANS = 65_536;

/** Codes of byte spans met before: a hit saves making the string, a miss costs nothing but that. */
export class ByteCodes {
  private bytes = new Uint8Array(1 << 14);
  private used = 0;
  /** Per span: where its bytes are, their hash, its code. */
  private readonly start: number[] = [];
  private readonly end: number[] = [];
  private readonly hashes: number[] = [];
  private readonly codes: number[] = [];
  private table = new Int32Array(1024).fill(NONE);
  private hash = 0;
  private place = NONE;

  /** Code of a span with the same bytes, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
    hash ^= hash >>> 15;
    this.hash = hash;
    this.place = NONE;
    const mask = this.table.length - 1;
    for (let probe = 0, at = hash & mask; probe < MOST_PROBES; probe++, at = (at + 1) & mask) {
      const span = this.table[at] as number;
      if (span === NONE) {
        this.place = at;
        return NONE;
      }
      if (this.hashes[span] === hash && this.isSame(span, bytes, start, end)) return this.codes[span] as number;
    }
    return NONE;
  }

  /** Keeps the code of the span that `find` was last asked for and did not know. */
  put(bytes: Uint8Array, start: number, end: number, code: number): void {
    if (this.place === NONE || this.codes.length >= MOST_SPANS) return;
    while (this.used + end - start > this.bytes.length) this.bytes = widen(this.bytes, new Uint8Array(this.bytes.length * 2));
    this.bytes.set(bytes.subarray(start, end), this.used);
    this.table[this.place] = this.codes.push(code) - 1;
    this.hashes.push(this.hash);
    this.start.push(this.used);
    this.used += end - start;
    this.end.push(this.used);
    if (this.codes.length * 2 > this.table.length) this.grow();
  }

  private isSame(span: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.bytes;
    const from = this.start[span] as number;
    if ((this.end[span] as number) - from !== end - start) return false;
    for (let i = start, j = from; i < end; i++, j++) if (own[j] !== bytes[i]) return false;
    return true;
  }

  private grow(): void {
    this.table = new Int32Array(this.table.length * 4).fill(NONE);
    const mask = this.table.length - 1;
    for (const [span, hash] of this.hashes.entries()) {
      let at = hash & mask;
      while (this.table[at] !== NONE) at = (at + 1) & mask;
      this.table[at] = span;
    }
  }
}
