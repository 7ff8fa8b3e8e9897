import type { GroupHistory } from '../../ml/index.ts';

/** The latest rows of one group of channels, `capacity` at most. */
export class RowRing {
  readonly channels: number;
  readonly #capacity: number;
  readonly #width: number;
  readonly #rows: Float64Array;
  #count = 0;
  /** Rows since the last training. */
  fresh = 0;

  constructor(capacity: number, channels: number) {
    this.channels = channels;
    this.#capacity = capacity;
    this.#width = 2 * channels + 2;
    this.#rows = new Float64Array(capacity * this.#width);
  }

  get length(): number {
    return Math.min(this.#count, this.#capacity);
  }

  /** Values and what was expected of them (channels each); rows up to this one without a gap; 1 where every channel reported. */
  add(value: Float64Array, base: Float64Array, unbroken: number, whole: number): void {
    const at = (this.#count % this.#capacity) * this.#width;
    this.#rows.set(value, at);
    this.#rows.set(base, at + this.channels);
    this.#rows[at + 2 * this.channels] = unbroken;
    this.#rows[at + 2 * this.channels + 1] = whole;
    this.#count++;
    this.fresh++;
  }

  /** Oldest first; a copy. */
  history(): GroupHistory {
    const { length: rows, channels } = this;
    const first = this.#count - rows;
    const at = (row: number) => ((first + row) % this.#capacity) * this.#width;
    const block = (offset: number) =>
      Float64Array.from(
        { length: rows * channels },
        (_, i) => this.#rows[at(Math.floor(i / channels)) + offset + (i % channels)] as number,
      );
    const column = (offset: number) => Float64Array.from({ length: rows }, (_, row) => this.#rows[at(row) + offset] as number);
    const [unbroken, whole] = [column(2 * channels), column(2 * channels + 1)];
    return { rows, channels, value: block(0), base: block(channels), unbroken, whole };
  }

  static of({ rows, channels, value, base, unbroken, whole }: GroupHistory, capacity: number): RowRing {
    const ring = new RowRing(capacity, channels);
    for (let row = 0; row < rows; row++) {
      const [from, to] = [row * channels, (row + 1) * channels];
      ring.add(value.subarray(from, to), base.subarray(from, to), unbroken[row] as number, whole[row] as number);
    }
    return ring;
  }
}
