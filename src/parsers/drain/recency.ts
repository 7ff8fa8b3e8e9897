const NONE = -1;

/** Codes in order of last use, as a linked list over typed arrays; every operation is constant time. */
export class Recency {
  private newer = new Int32Array(256);
  private older = new Int32Array(256);
  private newest = NONE;
  private oldestCode = NONE;

  /** The code unused longest, or -1. */
  get oldest(): number {
    return this.oldestCode;
  }

  /** Marks a code that is not in the list as used now. */
  add(code: number): void {
    if (code >= this.newer.length) this.grow(code + 1);
    this.newer[code] = NONE;
    this.older[code] = this.newest;
    if (this.newest === NONE) this.oldestCode = code;
    else this.newer[this.newest] = code;
    this.newest = code;
  }

  /** Marks a code in the list as used now. */
  touch(code: number): void {
    if (code === this.newest) return;
    this.remove(code);
    this.add(code);
  }

  remove(code: number): void {
    const newer = this.newer[code] as number;
    const older = this.older[code] as number;
    if (newer === NONE) this.newest = older;
    else this.older[newer] = older;
    if (older === NONE) this.oldestCode = newer;
    else this.newer[older] = newer;
  }

  /** All codes, the one unused longest first. */
  *codes(): Generator<number> {
    for (let code = this.oldestCode; code !== NONE; code = this.newer[code] as number) yield code;
  }

  private grow(needed: number): void {
    const size = Math.max(needed, this.newer.length * 2);
    const newer = new Int32Array(size);
    const older = new Int32Array(size);
    newer.set(this.newer);
    older.set(this.older);
    this.newer = newer;
    this.older = older;
  }
}
