/** Lengths that are compared, ascending, each the double of the one before. */
export const SUBSEQUENCE_LENGTHS = [1, 2, 4, 8, 16] as const;
const NEIGHBOURS = 5;
/** Values are kept within these bounds, so that their squares stay finite. */
const LARGEST = 1e100;

/**
 * Mean distance of the latest subsequence, for each of several lengths, to the 5 most similar ones of that length among the last
 * `memory` values that end before it begins: root mean square difference per value, in the unit of the series. Causal, bounded
 * memory. (Time series discords: Keogh, Lin & Fu 2005; as values come, without normalising, since a level is part of the shape.)
 */
export class SubsequenceNeighbours {
  readonly #memory: number;
  /** Room for twice the memory, so that a subsequence never wraps. */
  readonly #values: Float64Array;
  readonly #distances = new Float64Array(SUBSEQUENCE_LENGTHS.length);
  /** Squared distances of the nearest so far, ascending, one row per length. */
  readonly #nearest = new Float64Array(SUBSEQUENCE_LENGTHS.length * NEIGHBOURS);
  #count = 0;

  constructor(memory: number, values?: Float64Array) {
    this.#memory = memory;
    this.#values = new Float64Array(2 * memory);
    if (values === undefined) return;
    this.#values.set(values);
    this.#count = values.length;
  }

  /** The values remembered, oldest first. */
  save(): Float64Array {
    return this.#values.slice(Math.max(0, this.#count - this.#memory), this.#count);
  }

  /** Values remembered. */
  get known(): number {
    return Math.min(this.#count, this.#memory);
  }

  /** One distance per length, valid until the next value; NaN where there is too little to compare with. */
  push(value: number): Float64Array {
    if (this.#count === this.#values.length) {
      this.#values.copyWithin(0, this.#memory);
      this.#count = this.#memory;
    }
    this.#values[this.#count++] = Math.min(LARGEST, Math.max(-LARGEST, value));
    this.#search();
    for (const [i, length] of SUBSEQUENCE_LENGTHS.entries()) {
      const enough = Math.min(this.#count, this.#memory) - 2 * length + 1 >= NEIGHBOURS;
      let sum = 0;
      for (let k = 0; k < NEIGHBOURS; k++) sum += Math.sqrt((this.#nearest[i * NEIGHBOURS + k] as number) / length);
      this.#distances[i] = enough ? sum / NEIGHBOURS : Number.NaN;
    }
    return this.#distances;
  }

  /** Written out for the five lengths: a loop over them takes twice as long. */
  #search(): void {
    const values = this.#values;
    const nearest = this.#nearest.fill(Number.POSITIVE_INFINITY);
    const at = this.#count - 1;
    const first = Math.max(0, this.#count - this.#memory);
    const value = (back: number) => values[at - back] as number;
    const [x0, x1, x2, x3, x4, x5, x6, x7] = [value(0), value(1), value(2), value(3), value(4), value(5), value(6), value(7)];
    for (let end = at - 1; end >= first; end--) {
      // Subsequences neither overlap the latest one nor begin before what is remembered.
      const longest = Math.min(at - end, end - first + 1);
      // No longer subsequence is nearer than a part of it.
      const farthest = nearest[24] as number;
      const d0 = x0 - (values[end] as number);
      let sum = d0 * d0;
      if (sum < (nearest[4] as number)) insert(nearest, 0, sum);
      else if (sum >= farthest) continue;
      if (longest < 2) continue;
      const d1 = x1 - (values[end - 1] as number);
      sum += d1 * d1;
      if (sum < (nearest[9] as number)) insert(nearest, 5, sum);
      else if (sum >= farthest) continue;
      if (longest < 4) continue;
      const d2 = x2 - (values[end - 2] as number);
      const d3 = x3 - (values[end - 3] as number);
      sum += d2 * d2 + d3 * d3;
      if (sum < (nearest[14] as number)) insert(nearest, 10, sum);
      else if (sum >= farthest) continue;
      if (longest < 8) continue;
      const d4 = x4 - (values[end - 4] as number);
      const d5 = x5 - (values[end - 5] as number);
      const d6 = x6 - (values[end - 6] as number);
      const d7 = x7 - (values[end - 7] as number);
      sum += d4 * d4 + d5 * d5 + (d6 * d6 + d7 * d7);
      if (sum < (nearest[19] as number)) insert(nearest, 15, sum);
      else if (sum >= farthest) continue;
      if (longest < 16) continue;
      let even = 0;
      let odd = 0;
      for (let i = 8; i < 16; i += 2) {
        const a = (values[at - i] as number) - (values[end - i] as number);
        const b = (values[at - i - 1] as number) - (values[end - i - 1] as number);
        even += a * a;
        odd += b * b;
      }
      sum += even + odd;
      if (sum < farthest) insert(nearest, 20, sum);
    }
  }
}

/** Into the NEIGHBOURS smallest from `first` on. */
function insert(nearest: Float64Array, first: number, distance: number): void {
  let place = first + NEIGHBOURS - 1;
  for (; place > first && (nearest[place - 1] as number) > distance; place--) nearest[place] = nearest[place - 1] as number;
  nearest[place] = distance;
}
