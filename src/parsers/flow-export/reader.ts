/** Big-endian reads within a datagram; anything beyond its end throws a RangeError, which the caller counts. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
    this.end = Math.min(end, bytes.length);
  }

  get left(): number {
    return this.end - this.at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** Unsigned of 1 to 8 bytes; above 2^53 the low digits are lost. */
  unsigned(length: number): number {
    const from = this.#take(length);
    let value = 0;
    for (let i = from; i < from + length; i++) value = value * 256 + (this.bytes[i] as number);
    return value;
  }

  skip(length: number): void {
    this.#take(length);
  }

  /** Where the next `length` bytes end; they are not passed over. */
  after(length: number): number {
    if (length < 0 || length > this.left) throw new RangeError(`${length} bytes are wanted at ${this.at}, ${this.left} are left`);
    return this.at + length;
  }

  /** A reader of the next `length` bytes, which are passed over. */
  part(length: number): Reader {
    const from = this.#take(length);
    return new Reader(this.bytes, from, from + length);
  }

  /** The 16 bytes of an IPv6 address. */
  address(): Uint8Array {
    const from = this.#take(16);
    return this.bytes.subarray(from, from + 16);
  }

  /** Dotted IPv4. */
  ipv4(): string {
    const from = this.#take(4);
    return this.bytes.subarray(from, from + 4).join('.');
  }

  /** IPv6 as eight groups. */
  ipv6(): string {
    const from = this.#take(16);
    return Array.from({ length: 8 }, (_, i) => this.#view.getUint16(from + 2 * i).toString(16)).join(':');
  }

  #take(length: number): number {
    const from = this.at;
    this.at = this.after(length);
    return from;
  }
}
