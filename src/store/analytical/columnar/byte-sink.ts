const SMALLEST = 256;
/** Longer stretches are copied by the engine, shorter ones byte by byte, which costs less than its call. */
const SHORT = 96;

/** Bytes written one behind the other into a buffer that grows. */
export class ByteSink {
  bytes = new Uint8Array(SMALLEST);
  at = 0;

  /** Makes room for `size` more bytes. */
  reserve(size: number): Uint8Array {
    if (this.bytes.length - this.at < size) {
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at + size));
      grown.set(this.bytes.subarray(0, this.at));
      this.bytes = grown;
    }
    return this.bytes;
  }

  byte(value: number): void {
    this.reserve(1)[this.at++] = value;
  }

  /** 32 bits, the lowest byte first. */
  int32(value: number): void {
    const bytes = this.reserve(4);
    for (let shift = 0; shift < 32; shift += 8) bytes[this.at++] = value >>> shift;
  }

  /** A whole number from 0 to 2^53 in groups of seven bits, the lowest first. */
  varint(value: number): void {
    const bytes = this.reserve(8);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[this.at++] = (rest % 128) | 128;
    bytes[this.at++] = rest;
  }

  /** A whole number of either sign, below 2^52. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  copy(from: Uint8Array, start = 0, end = from.length): void {
    const size = end - start;
    const bytes = this.reserve(size);
    if (size > SHORT) bytes.set(from.subarray(start, end), this.at);
    else for (let i = 0, at = this.at; i < size; i++) bytes[at + i] = from[start + i] as number;
    this.at += size;
  }

  /** What was written, in a buffer of its own. */
  taken(): Uint8Array {
    return this.bytes.slice(0, this.at);
  }

  /** Empty again; a buffer beyond `most` bytes goes. */
  clear(most = Number.POSITIVE_INFINITY): void {
    this.at = 0;
    if (this.bytes.length > most) this.bytes = new Uint8Array(SMALLEST);
  }
}
