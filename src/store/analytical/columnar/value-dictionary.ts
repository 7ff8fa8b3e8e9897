import { ByteSink } from './byte-sink.ts';
import { int32Values } from './page-values.ts';

const SLOTS = 64;
const KEPT_BYTES = 4 * 1024 ** 2;

/** Byte strings numbered in the order in which they first came, kept as plain values of Parquet: 32 bits of length, then the bytes. */
export class ValueDictionary {
  readonly plain = new ByteSink();
  private readonly text = new ByteSink();
  private readonly starts = int32Values();
  private readonly hashes = int32Values();
  /** Number + 1 by hash; 0 = free. */
  private slots = new Int32Array(SLOTS);

  get count(): number {
    return this.starts.count;
  }

  /** Where value `code` begins in `plain`, its length before it. */
  startOf(code: number): number {
    return this.starts.items[code] as number;
  }

  endOf(code: number): number {
    return code + 1 < this.count ? this.startOf(code + 1) : this.plain.at;
  }

  codeOfText(value: string): number {
    const { text } = this;
    text.clear(KEPT_BYTES);
    const room = value.length * 3;
    const bytes = text.reserve(room);
    const size = Buffer.from(bytes.buffer, 0, room).write(value);
    return this.code(bytes, 0, size);
  }

  code(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const code = (this.slots[slot] as number) - 1;
      if (code < 0) return this.add(bytes, start, end, hash, slot);
      if (this.hashes.items[code] === hash && this.isSame(code, bytes, start, end)) return code;
    }
  }

  clear(): void {
    this.plain.clear(KEPT_BYTES);
    this.starts.count = 0;
    this.hashes.count = 0;
    if (this.slots.length > SLOTS) this.slots = new Int32Array(SLOTS);
    else this.slots.fill(0);
  }

  private isSame(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.startOf(code) + 4;
    if (this.endOf(code) - from !== end - start) return false;
    const known = this.plain.bytes;
    for (let i = start, k = from; i < end; i++, k++) if (bytes[i] !== known[k]) return false;
    return true;
  }

  private add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const code = this.count;
    this.starts.push(this.plain.at);
    this.hashes.push(hash);
    this.plain.int32(end - start);
    this.plain.copy(bytes, start, end);
    this.slots[slot] = code + 1;
    if (this.count * 2 > this.slots.length) this.spread();
    return code;
  }

  private spread(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let code = 0; code < this.count; code++) {
      let slot = (this.hashes.items[code] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = code + 1;
    }
    this.slots = slots;
  }
}

/** Four bytes at a time. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const word =
      (bytes[i] as number) | ((bytes[i + 1] as number) << 8) | ((bytes[i + 2] as number) << 16) | ((bytes[i + 3] as number) << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}
