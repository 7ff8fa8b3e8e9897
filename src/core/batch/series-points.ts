import type { ScoreBatch } from '../contracts.ts';
import type { SeriesBatch } from './features.ts';

/** Rows of series as they are stored: what was read, what was expected, how abnormal it was. All arrays have `rows` entries. */
export interface SeriesPoints {
  readonly source: string;
  readonly rows: number;
  /** Names within their entities; index of `code`. */
  readonly names: readonly string[];
  readonly entities: readonly string[];
  readonly code: Int32Array;
  /** Start of the step. */
  readonly time: Float64Array;
  readonly value: Float64Array;
  /** NaN where nothing was expected yet. */
  readonly expected: Float32Array;
  readonly lower: Float32Array;
  readonly upper: Float32Array;
  /** Minus ln of a tail probability; NaN while it was learning. */
  readonly score: Float32Array;
}

/** Rows as they are stored, with what a detector said of them. */
export function pointsOf(source: string, batch: SeriesBatch, scored: ScoreBatch | undefined): SeriesPoints {
  const { arms = {} } = scored ?? {};
  const column = (values: Float64Array | undefined) =>
    values === undefined ? new Float32Array(batch.rows).fill(Number.NaN) : Float32Array.from(values);
  return {
    source,
    rows: batch.rows,
    names: batch.series,
    entities: batch.entities,
    code: batch.code,
    time: batch.start,
    value: batch.value,
    expected: column(arms.forecast ?? arms.expected),
    lower: column(arms.lower),
    upper: column(arms.upper),
    score: column(scored?.score),
  };
}
