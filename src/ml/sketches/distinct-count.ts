import { HyperLogLog } from './hyperloglog.ts';

/** Largest relative error of an estimate to reckon with: four standard errors of the HyperLogLog sketch. */
export const DISTINCT_ERROR = 0.065;

/** So few are looked for one by one: most windows hold no more, and need no table. */
const FEW = 16;
const NO_CELLS = new Float64Array(0);

/** Distinct 64-bit hashes: exact (but for collisions of 53 bits) up to `exact` of them, then a HyperLogLog estimate. */
export class DistinctCount {
  #few: number[] | undefined = [];
  #cells = NO_CELLS;
  #size = 0;
  #sketch: HyperLogLog | undefined;
  /** Of the hash added last: many come in a row, and adding one again changes nothing. */
  #high = 0;
  #low = 0;
  readonly #exact: number;

  constructor(exact: number) {
    this.#exact = exact;
  }

  /** True when the hash was certainly not there: always exact before the bound, never beyond it. */
  add(high: number, low: number): boolean {
    if (high === this.#high && low === this.#low && this.#size > 0) return false;
    this.#high = high;
    this.#low = low;
    if (this.#sketch !== undefined) {
      this.#sketch.add(high, low);
      return false;
    }
    const print = printOf(high, low);
    const few = this.#few;
    const cell = few === undefined ? find(this.#cells, print) : few.indexOf(print) < 0 ? 0 : -1;
    if (cell < 0) return false;
    if (this.#size >= this.#exact) {
      this.#estimate().add(high, low);
      return false;
    }
    this.#size++;
    if (few !== undefined) {
      few.push(print);
      if (few.length > FEW) this.#tabulate(few);
      return true;
    }
    this.#cells[cell] = print;
    if (this.#size * 4 > this.#cells.length * 3) this.#grow();
    return true;
  }

  get exact(): boolean {
    return this.#sketch === undefined;
  }

  count(): number {
    return this.#sketch === undefined ? this.#size : this.#sketch.estimate();
  }

  /** How many hashes of `other` were new here; an estimate beyond the bound. */
  merge(other: DistinctCount): void {
    if (other.#sketch === undefined) {
      for (const print of other.#prints()) this.add(...halves(print));
      return;
    }
    this.#estimate().merge(other.#sketch);
  }

  /** Numbers that `fromNumbers` makes the same state of, for equal contents in any order of arrival. */
  toNumbers(): Float64Array {
    if (this.#sketch !== undefined) return Float64Array.from(this.#sketch.registers, (value) => -1 - value);
    return Float64Array.from(this.#prints()).sort();
  }

  static fromNumbers(numbers: Float64Array, exact: number): DistinctCount {
    const count = new DistinctCount(exact);
    if (numbers.length > 0 && (numbers[0] as number) < 0) count.#sketch = new HyperLogLog(Uint8Array.from(numbers, (value) => -1 - value));
    else for (const print of numbers) count.add(...halves(print));
    return count;
  }

  #estimate(): HyperLogLog {
    if (this.#sketch === undefined) {
      this.#sketch = new HyperLogLog();
      for (const print of this.#prints()) this.#sketch.add(...halves(print));
      this.#few = undefined;
      this.#cells = NO_CELLS;
    }
    return this.#sketch;
  }

  #prints(): ArrayLike<number> & Iterable<number> {
    return this.#few ?? this.#cells.filter((print) => print !== 0);
  }

  #tabulate(few: readonly number[]): void {
    this.#few = undefined;
    this.#cells = new Float64Array(4 * FEW);
    for (const print of few) this.#cells[find(this.#cells, print)] = print;
  }

  #grow(): void {
    const cells = new Float64Array(this.#cells.length * 2);
    for (const print of this.#cells) if (print !== 0) cells[find(cells, print)] = print;
    this.#cells = cells;
  }
}

/** 53 bits of a hash, never 0. The low 11 bits are dropped, so that the sketch can be made of prints later. */
function printOf(high: number, low: number): number {
  return (high >>> 0) * 2_097_152 + (low >>> 11) || 1;
}

function halves(print: number): [number, number] {
  return [Math.floor(print / 2_097_152) | 0, (print % 2_097_152) << 11];
}

/** -1 when present, else the free cell for it. */
function find(cells: Float64Array, print: number): number {
  const mask = cells.length - 1;
  let cell = (print ^ (print / 4_294_967_296)) & mask;
  for (;;) {
    const there = cells[cell];
    if (there === print) return -1;
    if (there === 0) return cell;
    cell = (cell + 1) & mask;
  }
}
