const WAYS = 4;

/**
 * Shape hash -> template code, 4-way set-associative with a fixed number of slots. An entry holds only as long as the leaf
 * that gave the answer has not changed since (its version), so a cached answer is always the one Drain would give now.
 */
export class ShapeCache {
  private readonly mask: number;
  private readonly hash1: Int32Array;
  private readonly hash2: Int32Array;
  private readonly code: Int32Array;
  private readonly version: Float64Array;
  private turn = 0;

  constructor(bits = 16) {
    const slots = 1 << bits;
    this.mask = slots / WAYS - 1;
    this.hash1 = new Int32Array(slots);
    this.hash2 = new Int32Array(slots);
    this.code = new Int32Array(slots).fill(-1);
    this.version = new Float64Array(slots);
  }

  /** Slot that holds the shape, or -1. */
  find(hash1: number, hash2: number): number {
    const slot = ((hash1 ^ (hash1 >>> 16)) & this.mask) * WAYS;
    for (let i = slot; i < slot + WAYS; i++) {
      if (this.hash1[i] === hash1 && this.hash2[i] === hash2 && (this.code[i] as number) >= 0) return i;
    }
    return -1;
  }

  codeAt(slot: number): number {
    return this.code[slot] as number;
  }

  versionAt(slot: number): number {
    return this.version[slot] as number;
  }

  put(hash1: number, hash2: number, code: number, version: number): void {
    let slot = this.find(hash1, hash2);
    if (slot < 0) {
      const first = ((hash1 ^ (hash1 >>> 16)) & this.mask) * WAYS;
      slot = first;
      while (slot < first + WAYS && (this.code[slot] as number) >= 0) slot++;
      if (slot === first + WAYS) slot = first + (this.turn++ & (WAYS - 1));
    }
    this.hash1[slot] = hash1;
    this.hash2[slot] = hash2;
    this.code[slot] = code;
    this.version[slot] = version;
  }

  clear(): void {
    this.code.fill(-1);
  }
}
