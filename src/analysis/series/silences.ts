import { silenceExplanation, silenceSeverity } from '../../alerts/index.ts';
import { formatMicros, type Lineage, type Micros, type SeriesFrame, stableId } from '../../core/index.ts';
import { FAMILIAR, LONGER, notePause, seriesConfig } from '../../features/index.ts';
import type { Finding } from '../detections.ts';
import { placesOf } from './reading-places.ts';

/** As of a live source that sets nothing else. */
const { silentAfter, silentAtLeast } = seriesConfig.parse({});

interface Pause {
  /** Readings up to it. */
  readonly reports: number;
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
    if (i + 1 >= FAMILIAR && missing >= least && missing > LONGER * longest.second) pauses.push({ reports: i + 1, from: row, to: next });
    notePause(longest, missing);
  }
  return pauses;
}

interface Subject {
  readonly key: string;
  readonly subject: string;
  readonly entity: string;
  readonly channel: number;
  readonly pauses: readonly Pause[];
}

/**
 * Stretches in which a device or one of its channels did not report, told as live sources tell of them: all there is where no row
 * came, a device where others went on, a channel where others of its device did. The end of an input is no silence of all there is.
 */
export function silenceFindings(source: string, input: string, frame: SeriesFrame, lineage: Lineage): Finding[] {
  const end = frame.times[frame.rows - 1] as number;
  const all = Array.from({ length: frame.rows }, (_, row) => row);
  // Where everything around it is silent, that is told already.
  const apartFrom = (around: readonly number[]) => {
    const place = new Map(around.map((row, i) => [row, i]));
    return ({ from, to }: Pause) => (to === undefined ? around.length : (place.get(to) as number)) - (place.get(from) as number) > 1;
  };
  const apartFromAll = apartFrom(all);
  const whole = frame.undated === true ? [] : pausesOf(all, frame, end);
  const subjects: Subject[] = [{ key: `${input} reports`, subject: input, entity: input, channel: 0, pauses: whole }];
  for (const [device, channels] of channelsByDevice(frame)) {
    const entity = device || input;
    const rows = device === '' ? all : all.filter((row) => channels.some((channel) => reported(frame, channel, row)));
    if (device !== '') {
      const pauses = pausesOf(rows, frame, end).filter(apartFromAll);
      subjects.push({ key: `${device} reports`, subject: device, entity, channel: channels[0] as number, pauses });
      if (channels.length === 1) continue;
    }
    const apart = rows === all ? apartFromAll : apartFrom(rows);
    for (const channel of channels) {
      const own = rows.filter((row) => reported(frame, channel, row));
      const name = frame.channels[channel] as string;
      subjects.push({ key: name, subject: name, entity, channel, pauses: pausesOf(own, frame, end).filter(apart) });
    }
  }
  return subjects.flatMap(({ key, subject, entity, channel, pauses }) =>
    pauses.map(({ reports, from, to }): Finding => {
      const since = frame.times[from] as number;
      const until = to === undefined ? end : (frame.times[to] as number);
      const again = to === undefined ? {} : { again: until };
      const explanation = silenceExplanation({ subject, since, missing: until - since, usual: frame.step, ...again });
      const place = placesOf(source, frame, from)(channel);
      return {
        row: new Uint8Array(),
        detection: {
          ...{ id: stableId('detection', source, 'silence', key, formatMicros(since)), detector: 'silence', source, key, entity },
          ...{ start: since, end: until, score: 1, pValue: Number.NaN, threshold: Number.NaN, extrapolated: false },
          ...{
            severity: silenceSeverity(reports, to !== undefined),
            title: explanation.what,
            techniques: [],
            explanation,
            evidence: place === undefined ? [] : [place],
            lineage,
          },
        },
      };
    }),
  );
}

function channelsByDevice({ channels, devices }: SeriesFrame): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const channel of channels.keys()) {
    const device = devices?.[channel]?.device ?? '';
    const own = found.get(device);
    if (own === undefined) found.set(device, [channel]);
    else own.push(channel);
  }
  return found;
}

function reported({ values }: SeriesFrame, channel: number, row: number): boolean {
  return Number.isFinite((values[channel] as Float64Array)[row] as number);
}
