import { silenceExplanation } from '../../alerts/index.ts';
import { formatMicros, type Lineage, type Micros, type SeriesFrame, stableId } from '../../core/index.ts';
import { FAMILIAR, LONGER, notePause, seriesConfig } from '../../features/index.ts';
import type { Finding } from '../detections.ts';
import { placesOf } from './reading-places.ts';

/** As of a live source that sets nothing else. */
const { silentAfter, silentAtLeast } = seriesConfig.parse({});
const SEVERITY = 60;

interface Pause {
  /** Row of the last reading before it, and of the first after it; undefined = none came any more. */
  readonly from: number;
  readonly to: number | undefined;
}

/** Pauses of what has readings in the given rows, longer than its own rhythm; `end`: time of the last row of the input. */
function pausesOf(rows: readonly number[], { times, step }: SeriesFrame, end: Micros): Pause[] {
  const least = Math.max(silentAtLeast, silentAfter * step);
  const pauses: Pause[] = [];
  const longest = { longest: 0, second: 0 };
  for (const [i, row] of rows.entries()) {
    const next = rows[i + 1];
    const missing = (next === undefined ? end : (times[next] as number)) - (times[row] as number);
    if (i + 1 >= FAMILIAR && missing >= least && missing > LONGER * longest.second) pauses.push({ from: row, to: next });
    notePause(longest, missing);
  }
  return pauses;
}

/**
 * Stretches in which the device or one of its channels did not report, told as live sources tell of them: the device where no row
 * came, a channel where the others went on. The end of an input is no silence of its device.
 */
export function silenceFindings(source: string, entity: string, frame: SeriesFrame, lineage: Lineage): Finding[] {
  const end = frame.times[frame.rows - 1] as number;
  const all = Array.from({ length: frame.rows }, (_, row) => row);
  const subjects = [
    { key: `${entity} reports`, subject: entity, channel: 0, pauses: frame.undated === true ? [] : pausesOf(all, frame, end) },
    ...frame.channels.map((name, channel) => {
      const column = frame.values[channel] as Float64Array;
      const rows = all.filter((row) => Number.isFinite(column[row] as number));
      // Where the whole device is silent, that is told already.
      const own = pausesOf(rows, frame, end).filter(({ from, to }) => (to ?? frame.rows - 1) - from > 1);
      return { key: name, subject: name, channel, pauses: own };
    }),
  ];
  return subjects.flatMap(({ key, subject, channel, pauses }) =>
    pauses.map(({ from, to }): Finding => {
      const since = frame.times[from] as number;
      const until = to === undefined ? end : (frame.times[to] as number);
      const again = to === undefined ? {} : { again: until };
      const explanation = silenceExplanation({ subject, since, missing: until - since, usual: frame.step, ...again });
      const place = placesOf(source, frame, from)(channel);
      return {
        row: new Uint8Array(),
        detection: {
          ...{ id: stableId('detection', source, 'silence', key, formatMicros(since)), detector: 'silence', source, key, entity },
          ...{ start: since, end: until, score: 1, pValue: Number.NaN, threshold: Number.NaN, extrapolated: false, severity: SEVERITY },
          ...{ title: explanation.what, techniques: [], explanation, evidence: place === undefined ? [] : [place], lineage },
        },
      };
    }),
  );
}
