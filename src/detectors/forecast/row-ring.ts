import type { ReadingHistory } from '../../ml/index.ts';

const COLUMNS = ['value', 'usual', 'error', 'unbroken'] as const;

/** The latest readings of one series, `capacity` at most. */
export class ReadingRing {
  readonly #capacity: number;
  readonly #rows: Float64Array;
  #count = 0;
  /** Readings since the last training. */
  fresh = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#rows = new Float64Array(capacity * COLUMNS.length);
  }

  get length(): number {
    return Math.min(this.#count, this.#capacity);
  }

  add(value: number, usual: number, error: number, unbroken: number): void {
    const at = (this.#count % this.#capacity) * COLUMNS.length;
    this.#rows[at] = value;
    this.#rows[at + 1] = usual;
    this.#rows[at + 2] = error;
    this.#rows[at + 3] = unbroken;
    this.#count++;
    this.fresh++;
  }

  /** Oldest first; a copy. */
  history(): ReadingHistory {
    const { length } = this;
    const first = this.#count - length;
    const column = (offset: number) =>
      Float64Array.from({ length }, (_, i) => this.#rows[((first + i) % this.#capacity) * COLUMNS.length + offset] as number);
    return { value: column(0), usual: column(1), error: column(2), unbroken: column(3) };
  }

  static of({ value, usual, error, unbroken }: ReadingHistory, capacity: number): ReadingRing {
    const ring = new ReadingRing(capacity);
    for (const [i, one] of value.entries()) ring.add(one, usual[i] as number, error[i] as number, unbroken[i] as number);
    return ring;
  }
}
