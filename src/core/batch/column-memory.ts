/** Buffers are of a multiple of this, so that one serves batches of about the same size. */
const STEP_BYTES = 16 << 10;
/** Buffers kept; a batch has about twenty. */
const MOST_BUFFERS = 256;

/**
 * Memory for the columns of batches: that of earlier ones, where it was given back. What stands in it is left over and has to be
 * overwritten. Fresh memory costs a page fault every 4 KiB and, once it is dropped, garbage collections.
 */
export class ColumnMemory {
  private free: ArrayBuffer[] = [];

  ints(length: number): Int32Array {
    return new Int32Array(this.take(length * 4), 0, length);
  }

  floats(length: number): Float64Array {
    return new Float64Array(this.take(length * 8), 0, length);
  }

  /** Nobody reads or writes these any more. */
  give(buffers: readonly ArrayBuffer[]): void {
    for (const buffer of buffers) if (buffer.byteLength >= STEP_BYTES && this.free.length < MOST_BUFFERS) this.free.push(buffer);
  }

  /** The smallest that is large enough and not much too large. */
  private take(bytes: number): ArrayBuffer {
    if (bytes < STEP_BYTES) return new ArrayBuffer(bytes);
    const { free } = this;
    let best = -1;
    let size = 2 * bytes + 1;
    for (let i = 0; i < free.length; i++) {
      const { byteLength } = free[i] as ArrayBuffer;
      if (byteLength < bytes || byteLength >= size) continue;
      best = i;
      size = byteLength;
    }
    if (best < 0) return new ArrayBuffer(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES);
    const buffer = free[best] as ArrayBuffer;
    free[best] = free[free.length - 1] as ArrayBuffer;
    free.pop();
    return buffer;
  }
}
