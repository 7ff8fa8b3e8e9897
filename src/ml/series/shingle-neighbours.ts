/**
 * Distance of the latest `width` values to the k-th nearest of the same length seen before, among the last `memory`; causal,
 * bounded memory. In the unit of the series.
 */
export class ShingleNeighbours {
  readonly #width: number;
  readonly #neighbours: number;
  readonly #memory: number;
  readonly #values: Float64Array;
  /** Values kept, twice over, so that a window never wraps. */
  #count = 0;

  constructor(width = 8, neighbours = 5, memory = 4_000) {
    this.#width = width;
    this.#neighbours = neighbours;
    this.#memory = memory;
    this.#values = new Float64Array(2 * memory);
  }

  /** NaN until there are enough to compare with. */
  push(value: number): number {
    const at = this.#append(value);
    const width = this.#width;
    const nearest = new Float64Array(this.#neighbours).fill(Number.POSITIVE_INFINITY);
    const values = this.#values;
    const start = at - width + 1;
    const first = Math.max(0, at - this.#memory + 1);
    const last = start - width;
    if (last - first + 1 < this.#neighbours) return Number.NaN;
    let worst = Number.POSITIVE_INFINITY;
    for (let other = first; other <= last; other++) {
      let distance = 0;
      for (let i = 0; i < width && distance < worst; i++) {
        const difference = (values[start + i] as number) - (values[other + i] as number);
        distance += difference * difference;
      }
      if (distance >= worst) continue;
      let place = nearest.length - 1;
      for (; place > 0 && (nearest[place - 1] as number) > distance; place--) nearest[place] = nearest[place - 1] as number;
      nearest[place] = distance;
      worst = nearest[nearest.length - 1] as number;
    }
    return Math.sqrt(worst / width);
  }

  #append(value: number): number {
    if (this.#count === this.#values.length) {
      this.#values.copyWithin(0, this.#memory);
      this.#count = this.#memory;
    }
    this.#values[this.#count] = value;
    return this.#count++;
  }
}
