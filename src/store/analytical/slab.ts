const SLAB_BYTES = 1 << 16;

/** Byte strings made one behind the other in shared buffers, which stay as they are once they are full. */
export class Slab {
  bytes = new Uint8Array(0);
  at = 0;

  /** Makes room for `size` more bytes and returns where they begin. */
  reserve(size: number): number {
    if (this.bytes.length - this.at < size) {
      this.bytes = new Uint8Array(Math.max(SLAB_BYTES, size));
      this.at = 0;
    }
    return this.at;
  }

  /** What was written from `start` on. */
  since(start: number): Uint8Array {
    return this.bytes.subarray(start, this.at);
  }
}
