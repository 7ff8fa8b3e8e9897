import { type SeriesFrame, sha256Hex, VedetteError } from '../../core/index.ts';
import { readStoredEvents } from '../../store/index.ts';
import type { StoredLinesOptions } from '../stored-sequences.ts';
import type { NamedFrame } from './read-series.ts';

/** Lines counted into one interval, microseconds. */
const STEP = 60_000_000;
/** Templates with a channel of their own, the most frequent ones. */
const CHANNELS = 8;
/** Most intervals, a minute each. */
const ROWS = 200_000;

/** Stored lines of a source as series: how many a minute in all, and of each of the most frequent templates. */
export async function readStoredSeries({ files, query, progress }: StoredLinesOptions): Promise<NamedFrame> {
  const counts = new Map<string, Map<number, number>>();
  let [from, to, read] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for await (const rows of readStoredEvents(files, query)) {
    for (const { time, template } of rows) {
      if (!Number.isFinite(time)) continue;
      const minute = Math.floor(time / STEP);
      from = Math.min(from, minute);
      to = Math.max(to, minute);
      for (const name of template === undefined ? ['all'] : ['all', template]) {
        const own = counts.get(name) ?? new Map<number, number>();
        if (!counts.has(name)) counts.set(name, own);
        own.set(minute, (own.get(minute) ?? 0) + 1);
      }
    }
    read += rows.length;
    progress?.(Math.min(1, read / query.most));
  }
  const source = query.source ?? '';
  if (!(to >= from)) {
    throw new VedetteError('DATA_INSUFFICIENT', `${source} has no stored log lines in that time`, {
      hint: 'Choose another time or a source of logs. For readings or flows give a file of them, or name a declared feature.',
    });
  }
  if (to - from + 1 > ROWS) {
    throw new VedetteError('LIMIT_EXCEEDED', `the lines of ${source} span ${to - from + 1} minutes, at most ${ROWS} can be learnt from`, {
      hint: 'Choose a shorter time.',
    });
  }
  const total = (of: Map<number, number>) => [...of.values()].reduce((sum, n) => sum + n, 0);
  const channels = [...counts]
    .sort(([a, x], [b, y]) => Number(b === 'all') - Number(a === 'all') || total(y) - total(x) || (a < b ? -1 : 1))
    .slice(0, CHANNELS + 1);
  const rows = to - from + 1;
  const frame: SeriesFrame = {
    rows,
    step: STEP,
    times: Float64Array.from({ length: rows }, (_, i) => (from + i) * STEP),
    channels: channels.map(([name]) => name),
    values: channels.map(([, own]) => Float64Array.from({ length: rows }, (_, i) => own.get(from + i) ?? 0)),
  };
  return {
    name: source,
    bytes: 0,
    frame,
    sha256: sha256Hex(channels.map(([name, own]) => `${name} ${[...own].sort(([a], [b]) => a - b).join(' ')}`).join('\n')),
  };
}
