import type { ScoreBatch, SeriesBatch, SeriesPoints } from '../../core/index.ts';

/** Readings with what a detector made likely, to be stored. */
export function pointsOf(source: string, batch: SeriesBatch, { score, arms = {} }: ScoreBatch): SeriesPoints {
  const column = (values: Float64Array | undefined) =>
    values === undefined ? new Float32Array(batch.rows).fill(Number.NaN) : Float32Array.from(values);
  return {
    ...{ source, rows: batch.rows, names: batch.series, entities: batch.entities },
    ...{ code: batch.code, time: batch.start, value: batch.value },
    expected: column(arms.forecast ?? arms.expected),
    lower: column(arms.lower),
    upper: column(arms.upper),
    score: column(score),
  };
}
