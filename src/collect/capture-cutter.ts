import type { RecordBatch } from '../core/index.ts';

const HEADER = 24;
const PACKET_HEADER = 16;
const LARGEST_PACKET = 1 << 20;
const LITTLE = [0xa1b2c3d4, 0xa1b23c4d];

/** Pieces of a running capture as captures of their own: each with the file header, whole packets only. */
export class CaptureCutter {
  #header: Buffer | undefined;
  #little = true;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes that no packet could be made of. */
  damagedBytes = 0;

  /** The whole packets so far as one capture; undefined while there is none. */
  take({ bytes, ends }: RecordBatch): Uint8Array | undefined {
    if (ends?.[0] === 0) this.#begin();
    this.#rest = Buffer.concat([this.#rest, bytes]);
    if (this.#header === undefined && !this.#readHeader()) return undefined;
    const end = this.#wholePackets();
    if (end === 0) return undefined;
    const capture = Buffer.concat([this.#header as Buffer, this.#rest.subarray(0, end)]);
    this.#rest = this.#rest.subarray(end);
    return capture;
  }

  #begin(): void {
    this.damagedBytes += this.#rest.length;
    this.#rest = Buffer.alloc(0);
    this.#header = undefined;
  }

  #readHeader(): boolean {
    if (this.#rest.length < HEADER) return false;
    this.#little = LITTLE.includes(this.#rest.readUInt32LE(0));
    this.#header = Buffer.from(this.#rest.subarray(0, HEADER));
    this.#rest = this.#rest.subarray(HEADER);
    return true;
  }

  /** Bytes of the whole packets at the beginning of what waits. */
  #wholePackets(): number {
    let at = 0;
    while (at + PACKET_HEADER <= this.#rest.length) {
      const length = this.#little ? this.#rest.readUInt32LE(at + 8) : this.#rest.readUInt32BE(at + 8);
      if (length > LARGEST_PACKET) {
        // What follows cannot be told into packets until the capture begins anew.
        this.damagedBytes += this.#rest.length - at;
        this.#rest = this.#rest.subarray(0, at);
        return at;
      }
      if (at + PACKET_HEADER + length > this.#rest.length) break;
      at += PACKET_HEADER + length;
    }
    return at;
  }
}
