import { UNKNOWN } from './vocabulary.ts';

/** A row as a sparse count vector: distinct symbols in ascending order with their counts. */
export interface CountedRow {
  readonly symbols: Int32Array;
  readonly counts: Int32Array;
}

export function countRow(row: Int32Array): CountedRow {
  const sorted = row.slice().sort();
  let distinct = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++;
  const symbols = new Int32Array(distinct);
  const counts = new Int32Array(distinct);
  let at = -1;
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) symbols[++at] = sorted[i] as number;
    counts[at] = (counts[at] as number) + 1;
  }
  return { symbols, counts };
}

/** Equal rows, equal strings; one character a byte. */
export function keyOf(...columns: Int32Array[]): string {
  return columns.map((column) => Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString('latin1')).join('|');
}

/** Inverted index over count vectors: the summed smaller counts of a query with every vector, in one pass. */
export class CountIndex {
  readonly rows: CountedRow[] = [];
  readonly #vectors: number[][] = [];
  readonly #counts: number[][] = [];

  add(row: CountedRow): void {
    const index = this.rows.push(row) - 1;
    for (let i = 0; i < row.symbols.length; i++) {
      const symbol = row.symbols[i] as number;
      let vectors = this.#vectors[symbol];
      let counts = this.#counts[symbol];
      if (vectors === undefined || counts === undefined) {
        vectors = [];
        counts = [];
        this.#vectors[symbol] = vectors;
        this.#counts[symbol] = counts;
      }
      vectors.push(index);
      counts.push(row.counts[i] as number);
    }
  }

  /** overlap[i] = sum over symbols of weight * min(query, vector i). UNKNOWN equals nothing, itself included. */
  overlap(query: CountedRow, weight: (symbol: number) => number): Float64Array {
    const overlap = new Float64Array(this.rows.length);
    for (let i = 0; i < query.symbols.length; i++) {
      const symbol = query.symbols[i] as number;
      const vectors = symbol === UNKNOWN ? undefined : this.#vectors[symbol];
      const counts = this.#counts[symbol];
      if (vectors === undefined || counts === undefined) continue;
      const count = query.counts[i] as number;
      const w = weight(symbol);
      for (let j = 0; j < vectors.length; j++) {
        const vector = vectors[j] as number;
        overlap[vector] = (overlap[vector] as number) + w * Math.min(count, counts[j] as number);
      }
    }
    return overlap;
  }
}
