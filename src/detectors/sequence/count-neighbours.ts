import { type CountedRow, CountIndex, countRow, keyOf } from './counted-row.ts';

export interface Neighbour {
  /** Index of the nearest reference, -1 without any. */
  readonly index: number;
  readonly distance: number;
}

/**
 * Distance of a row's counts to the nearest normal count vector: idf-weighted L1 divided by the larger weighted sum, 0..2.
 * idf = ln((1 + N) / (1 + df)) + .001, so an event that no normal row has weighs most and one that all have hardly anything.
 */
export class CountNeighbours {
  readonly maxReferences: number;
  readonly maxPostings: number;
  documents = 0;
  /** Normal rows each symbol was in. */
  readonly frequency: number[] = [];
  readonly #index = new CountIndex();
  readonly #known = new Set<string>();
  #postings = 0;
  #masses: Float64Array | undefined;

  constructor(maxReferences: number, maxPostings: number) {
    this.maxReferences = maxReferences;
    this.maxPostings = maxPostings;
  }

  get references(): readonly CountedRow[] {
    return this.#index.rows;
  }

  add(row: Int32Array, times = 1): void {
    const counted = countRow(row);
    this.documents += times;
    this.#masses = undefined;
    for (const symbol of counted.symbols) this.frequency[symbol] = (this.frequency[symbol] ?? 0) + times;
    this.addReference(counted);
  }

  /** A vector to be near to, without changing the weights; false when it was known or there is no room. */
  addReference(counted: CountedRow): boolean {
    if (this.references.length >= this.maxReferences || this.#postings + counted.symbols.length > this.maxPostings) return false;
    const key = keyOf(counted.symbols, counted.counts);
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    this.#index.add(counted);
    this.#masses = undefined;
    this.#postings += counted.symbols.length;
    return true;
  }

  has(counted: CountedRow): boolean {
    return this.#known.has(keyOf(counted.symbols, counted.counts));
  }

  weight(symbol: number): number {
    return Math.log((1 + this.documents) / (1 + (this.frequency[symbol] ?? 0))) + 0.001;
  }

  mass(row: CountedRow): number {
    let sum = 0;
    for (let i = 0; i < row.symbols.length; i++) sum += (row.counts[i] as number) * this.weight(row.symbols[i] as number);
    return sum;
  }

  /** Sums of all references under the present weights; kept until either changes. */
  masses(): Float64Array {
    this.#masses ??= Float64Array.from(this.references, (row) => this.mass(row));
    return this.#masses;
  }

  nearest(query: CountedRow, masses: Float64Array): Neighbour {
    if (masses.length === 0) return { index: -1, distance: 1 };
    const overlap = this.#index.overlap(query, (symbol) => this.weight(symbol));
    const mass = this.mass(query);
    let index = -1;
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < masses.length; i++) {
      const other = masses[i] as number;
      const larger = Math.max(mass, other);
      const distance = larger === 0 ? 0 : (mass + other - 2 * (overlap[i] as number)) / larger;
      if (distance < best) {
        best = distance;
        index = i;
      }
    }
    return { index, distance: best < 1e-12 ? 0 : best };
  }
}
