/** Blocks of 32-bit cells by code in one array, moved together when much of it is free. */
export class Blocks {
  cells = new Int32Array(4096);
  private offsets = new Int32Array(64);
  private sizes = new Int32Array(64);
  private used = 0;
  private live = 0;

  /** Where the block of a code begins; valid until the next `put`. */
  at(code: number): number {
    return this.offsets[code] as number;
  }

  /** Room for `size` cells; returns where it begins. */
  put(code: number, size: number): number {
    if (code >= this.offsets.length) {
      this.offsets = grown(this.offsets, code + 1);
      this.sizes = grown(this.sizes, code + 1);
    }
    if (this.used + size > this.cells.length) this.makeRoom(size);
    const offset = this.used;
    this.offsets[code] = offset;
    this.sizes[code] = size;
    this.used += size;
    this.live += size;
    return offset;
  }

  remove(code: number): void {
    this.live -= this.sizes[code] as number;
    this.sizes[code] = 0;
  }

  clear(): void {
    this.sizes.fill(0);
    this.used = 0;
    this.live = 0;
  }

  private makeRoom(size: number): void {
    const { cells, offsets, sizes } = this;
    const needed = (this.live + size) * 2;
    this.cells = needed > cells.length ? new Int32Array(Math.max(needed, cells.length * 2)) : new Int32Array(cells.length);
    this.used = 0;
    for (let code = 0; code < sizes.length; code++) {
      const length = sizes[code] as number;
      if (length === 0) continue;
      const offset = offsets[code] as number;
      this.cells.set(cells.subarray(offset, offset + length), this.used);
      offsets[code] = this.used;
      this.used += length;
    }
  }
}

function grown(values: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(least, values.length * 2));
  larger.set(values);
  return larger;
}
