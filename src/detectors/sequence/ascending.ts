/**
 * Indices of values from the smallest value on, equal ones in order of index: a heap, so that whoever stops after a few pays for
 * a few and not for sorting them all.
 */
export class Ascending {
  readonly #values: Float64Array;
  readonly #heap: Int32Array;
  #size: number;

  constructor(values: Float64Array) {
    this.#values = values;
    this.#size = values.length;
    this.#heap = Int32Array.from(values.keys());
    for (let at = (this.#size >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  /** The next index, -1 when there is none. */
  next(): number {
    if (this.#size === 0) return -1;
    const heap = this.#heap;
    const first = heap[0] as number;
    heap[0] = heap[--this.#size] as number;
    this.#sink(0);
    return first;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const sunk = heap[from] as number;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(heap[child + 1] as number, heap[child] as number)) child++;
      if (!this.#before(heap[child] as number, sunk)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = sunk;
  }

  #before(a: number, b: number): boolean {
    const x = this.#values[a] as number;
    const y = this.#values[b] as number;
    return x < y || (x === y && a < b);
  }
}
