import { type ScoreBatch, type SeriesBatch, type SeriesPoints, stableId } from '../../core/index.ts';

/** Identity of a series within its tenant. */
export function seriesId(source: string, entity: string, name: string): string {
  return stableId('series', source, entity, name);
}

/** Rows as they are stored, with what a detector said of them. */
export function pointsOf(source: string, batch: SeriesBatch, scored: ScoreBatch | undefined): SeriesPoints {
  const { arms = {} } = scored ?? {};
  const column = (values: Float64Array | undefined) =>
    values === undefined ? new Float32Array(batch.rows).fill(Number.NaN) : Float32Array.from(values);
  return {
    source,
    rows: batch.rows,
    names: batch.series.map((name, code) => withoutEntity(name, batch.entities[code] as string)),
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
function withoutEntity(name: string, entity: string): string {
  return entity !== '' && name.startsWith(`${entity} `) ? name.slice(entity.length + 1) : name;
}
