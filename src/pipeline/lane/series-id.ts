import { stableId } from '../../core/index.ts';

/** Identity of a series within its tenant. */
export function seriesId(source: string, entity: string, name: string): string {
  return stableId('series', source, entity, name);
}
