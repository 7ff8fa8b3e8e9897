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

/** Rows as they are stored, with what a detector said of them; series are named within their entities. */
export function pointsOf(source: string, batch: SeriesBatch, scored: ScoreBatch | undefined): SeriesPoints {
  const { arms = {} } = scored ?? {};
  const column = (values: Float64Array | undefined) =>
    values === undefined ? new Float32Array(batch.rows).fill(Number.NaN) : Float32Array.from(values);
  return {
    source,
    rows: batch.rows,
    names: batch.series.map((name, code) => withinEntity(name, batch.entities[code] as string)),
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

/** Series are named with their entity before them, so that a name is unique over entities. */
function withinEntity(name: string, entity: string): string {
  return entity !== '' && name.startsWith(`${entity} `) ? name.slice(entity.length + 1) : name;
}
