/**
 * What was seen lately, by 53-bit fingerprint: two generations of at most `capacity` each. When the younger is full, the older
 * is forgotten. Bounded, exact but for collisions (one in 2^53 per pair compared).
 */
export class SeenSet {
  readonly #capacity: number;
  readonly #mask: number;
  #young: Float64Array;
  #old: Float64Array;
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    const cells = 2 ** Math.ceil(Math.log2(capacity * 1.5));
    this.#mask = cells - 1;
    this.#young = new Float64Array(cells);
    this.#old = new Float64Array(cells);
  }

  has(print: number): boolean {
    return this.#find(this.#young, print) < 0 || this.#find(this.#old, print) < 0;
  }

  /** True when it was not there. */
  add(print: number): boolean {
    const cell = this.#find(this.#young, print);
    if (cell < 0) return false;
    const isNew = this.#find(this.#old, print) >= 0;
    this.#young[cell] = print;
    if (++this.#size >= this.#capacity) {
      const empty = this.#old.fill(0);
      this.#old = this.#young;
      this.#young = empty;
      this.#size = 0;
    }
    return isNew;
  }

  /** -1 when present, else the free cell for it. */
  #find(cells: Float64Array, print: number): number {
    let cell = (print ^ (print / 4294967296)) & this.#mask;
    for (;;) {
      const there = cells[cell];
      if (there === print) return -1;
      if (there === 0) return cell;
      cell = (cell + 1) & this.#mask;
    }
  }

  /** All it remembers, for `restore`. */
  snapshot(): { young: Float64Array; old: Float64Array } {
    return { young: this.#young.filter((print) => print !== 0), old: this.#old.filter((print) => print !== 0) };
  }

  restore({ young, old }: { readonly young: Float64Array; readonly old: Float64Array }): void {
    for (const [cells, prints] of [
      [this.#young, young],
      [this.#old, old],
    ] as const) {
      cells.fill(0);
      for (const print of prints) {
        const cell = this.#find(cells, print);
        if (cell >= 0) cells[cell] = print;
      }
    }
    this.#size = young.length;
  }
}
