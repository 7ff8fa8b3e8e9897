import { pointsOf, type ScoreBatch, type SeriesBatch, type SeriesPoints, stableId } from '../../core/index.ts';

/** Identity of a series within its tenant. */
export function seriesId(source: string, entity: string, name: string): string {
  return stableId('series', source, entity, name);
}

/** Rows as they are stored, with what a detector said of them; named within their entities. */
export function livePointsOf(source: string, batch: SeriesBatch, scored: ScoreBatch | undefined): SeriesPoints {
  const names = batch.series.map((name, code) => withoutEntity(name, batch.entities[code] as string));
  return { ...pointsOf(source, batch, scored), names };
}

/** Series are named with their entity before them, so that a name is unique over entities. */
function withoutEntity(name: string, entity: string): string {
  return entity !== '' && name.startsWith(`${entity} `) ? name.slice(entity.length + 1) : name;
}
