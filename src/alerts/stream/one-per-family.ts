import type { SeriesBatch } from '../../core/index.ts';
import type { Told } from './decisions.ts';

/** Of the flagged series of one entity and interval that measure the same thing, the one with the highest score. */
export function onePerFamily(batch: SeriesBatch, flagged: readonly Told[], score: Float64Array): readonly Told[] {
  const best = new Map<string, Told>();
  for (const told of flagged) {
    const code = batch.code[told.row] as number;
    const key = JSON.stringify([batch.entities[code], batch.start[told.row], familyOf(batch.series[code] as string)]);
    const known = best.get(key);
    if (known === undefined || (score[told.row] as number) > (score[known.row] as number)) best.set(key, told);
  }
  const kept = new Set(best.values());
  return flagged.filter((told) => kept.has(told));
}

/** `web1 network.eth0.sent_bytes` -> `web1 network.eth0`; labels do not count; a name without parts is its own family. */
function familyOf(series: string): string {
  const labels = series.indexOf('{');
  const name = labels < 0 ? series : series.slice(0, labels);
  const dot = name.lastIndexOf('.');
  return dot > name.lastIndexOf(' ') ? name.slice(0, dot) : name;
}
