const FIRST_CELLS = 1024;

/**
 * What was seen lately, by 53-bit fingerprint: two generations of at most `capacity` each. When the younger is full, the older
 * is forgotten. Bounded, exact but for collisions (one in 2^53 per pair compared); takes memory as it fills.
 */
export class SeenSet {
  readonly #capacity: number;
  readonly #mostCells: number;
  #young: Float64Array;
  #old: Float64Array;
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#mostCells = 2 ** Math.ceil(Math.log2(capacity * 1.5));
    this.#young = new Float64Array(Math.min(FIRST_CELLS, this.#mostCells));
    this.#old = new Float64Array(this.#young.length);
  }

  has(print: number): boolean {
    return find(this.#young, print) < 0 || find(this.#old, print) < 0;
  }

  /** True when it was not there. */
  add(print: number): boolean {
    const cell = find(this.#young, print);
    if (cell < 0) return false;
    const isNew = find(this.#old, print) >= 0;
    this.#young[cell] = print;
    this.#size++;
    if (this.#size >= this.#capacity) {
      const empty = this.#old.fill(0);
      this.#old = this.#young;
      this.#young = empty;
      this.#size = 0;
    } else if (this.#size * 1.5 > this.#young.length && this.#young.length < this.#mostCells) {
      this.#young = filled(this.#young, this.#young.length * 2);
    }
    return isNew;
  }

  /** All it remembers, for `restore`. */
  snapshot(): { young: Float64Array; old: Float64Array } {
    return { young: this.#young.filter((print) => print !== 0), old: this.#old.filter((print) => print !== 0) };
  }

  restore({ young, old }: { readonly young: Float64Array; readonly old: Float64Array }): void {
    const room = (prints: Float64Array): number => {
      const cells = 2 ** Math.ceil(Math.log2(Math.max(1, prints.length) * 1.5 + 1));
      return Math.min(this.#mostCells, Math.max(FIRST_CELLS, cells));
    };
    this.#young = filled(young, room(young));
    this.#old = filled(old, room(old));
    this.#size = young.length;
  }
}

/** -1 when present, else the free cell for it; there always is one. */
function find(cells: Float64Array, print: number): number {
  const mask = cells.length - 1;
  let cell = (print ^ (print / 4294967296)) & mask;
  for (;;) {
    const there = cells[cell];
    if (there === print) return -1;
    if (there === 0) return cell;
    cell = (cell + 1) & mask;
  }
}

/** The prints of one table in a new one. */
function filled(prints: Float64Array, length: number): Float64Array {
  const cells = new Float64Array(length);
  for (const print of prints) {
    const cell = print === 0 ? -1 : find(cells, print);
    if (cell >= 0) cells[cell] = print;
  }
  return cells;
}
