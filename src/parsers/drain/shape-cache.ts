const WAYS = 4;
/** Cells of a slot: the shape's hashes, the template's code + 1 (0 = empty), the leaf's version. */
const STRIDE = 4;
const [HASH1, HASH2, CODE, VERSION] = [0, 1, 2, 3];

/**
 * Shape hash -> template code, 4-way set-associative with a fixed number of slots; a set is one cache line. An entry holds only
 * as long as the leaf that gave the answer has not changed since (its version), so a cached answer is always the one Drain
 * would give now.
 */
export class ShapeCache {
  private readonly mask: number;
  private readonly cells: Int32Array;
  /** By slot: a number that its user gave the answer; 0 = none so far. */
  private readonly marks: Int32Array;
  private turn = 0;

  constructor(bits = 16) {
    const slots = 1 << bits;
    this.mask = slots / WAYS - 1;
    this.cells = new Int32Array(slots * STRIDE);
    this.marks = new Int32Array(slots);
  }

  /** Slot that holds the shape, or -1. */
  find(hash1: number, hash2: number): number {
    const { cells } = this;
    const first = ((hash1 ^ (hash1 >>> 16)) & this.mask) * WAYS * STRIDE;
    for (let slot = first; slot < first + WAYS * STRIDE; slot += STRIDE) {
      if (cells[slot + HASH1] === hash1 && cells[slot + HASH2] === hash2 && cells[slot + CODE] !== 0) return slot;
    }
    return -1;
  }

  codeAt(slot: number): number {
    return (this.cells[slot + CODE] as number) - 1;
  }

  versionAt(slot: number): number {
    return this.cells[slot + VERSION] as number;
  }

  markOf(slot: number): number {
    return this.marks[slot / STRIDE] as number;
  }

  mark(slot: number, mark: number): void {
    this.marks[slot / STRIDE] = mark;
  }

  /** Returns the slot. */
  put(hash1: number, hash2: number, code: number, version: number): number {
    const { cells } = this;
    let slot = this.find(hash1, hash2);
    if (slot < 0) {
      const first = ((hash1 ^ (hash1 >>> 16)) & this.mask) * WAYS * STRIDE;
      slot = first;
      while (slot < first + WAYS * STRIDE && cells[slot + CODE] !== 0) slot += STRIDE;
      if (slot === first + WAYS * STRIDE) slot = first + (this.turn++ & (WAYS - 1)) * STRIDE;
    }
    this.mark(slot, 0);
    cells[slot + HASH1] = hash1;
    cells[slot + HASH2] = hash2;
    cells[slot + CODE] = code + 1;
    cells[slot + VERSION] = version;
    return slot;
  }

  clear(): void {
    this.cells.fill(0);
    this.marks.fill(0);
  }
}
