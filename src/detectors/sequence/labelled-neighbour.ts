import type { CountNeighbours } from './count-neighbours.ts';
import type { CountedRow } from './counted-row.ts';
import type { CommonSubsequence } from './indel-neighbours.ts';
import type { RowScores } from './overlay.ts';

/** Distances within which a row is much like a labelled one. */
export const LIKE_COUNTS = 0.05;
const LIKE_ORDER = 0.1;

/** A labelled row, ready to be compared with. */
export class LabelledNeighbour {
  readonly symbols: Int32Array;
  readonly counted: CountedRow;
  readonly reasons: ReadonlySet<string>;
  /** As the model without labels scores it. */
  readonly scores: RowScores;

  constructor(symbols: Int32Array, counted: CountedRow, reasons: ReadonlySet<string>, scores: RowScores) {
    this.symbols = symbols;
    this.counted = counted;
    this.reasons = reasons;
    this.scores = scores;
  }

  /** The count arm's distance, by merging the two ascending lists. */
  countDistance(vectors: CountNeighbours, other: CountedRow): number {
    const own = this.counted;
    let i = 0;
    let j = 0;
    let difference = 0;
    while (i < own.symbols.length || j < other.symbols.length) {
      const a = own.symbols[i] ?? Number.POSITIVE_INFINITY;
      const b = other.symbols[j] ?? Number.POSITIVE_INFINITY;
      const left = a <= b ? (own.counts[i++] as number) : 0;
      const right = b <= a ? (other.counts[j++] as number) : 0;
      difference += vectors.weight(Math.min(a, b)) * Math.abs(left - right);
    }
    const larger = Math.max(vectors.mass(own), vectors.mass(other));
    return larger === 0 ? 0 : difference / larger;
  }

  /** The indel arm's distance to a row of `length` compared events. */
  orderDistance(row: CommonSubsequence, length: number): number {
    const sum = length + this.symbols.length;
    return sum === 0 ? 0 : (sum - 2 * row.with(this.symbols)) / sum;
  }

  isLike(countDistance: number, orderDistance: number): boolean {
    return countDistance <= LIKE_COUNTS && orderDistance <= LIKE_ORDER;
  }
}
