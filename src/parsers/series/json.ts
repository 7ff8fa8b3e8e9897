import { type SeriesFrame, VedetteError } from '../../core/index.ts';
import { WallClock } from '../time/wall-clock.ts';
import { clockMarks, orderedFrame } from './table.ts';
import { namesTime } from './time-names.ts';
import { timeBy } from './written-time.ts';

const TIMES = ['timestamp', 'time', '@timestamp', 'ts', 'datetime', 'window_start'];
const MAX_CHANNELS = 10_000;

/** Readings as JSON: an array of objects or one object a line, each with a time and numbers; lines that are neither are skipped. */
export function parseSeriesJson(text: string, name: string, timezone?: string): SeriesFrame {
  const clock = timezone === undefined ? undefined : new WallClock(timezone);
  let last = Number.NEGATIVE_INFINITY;
  const places = new Map<string, number>();
  const rows: { time: number; numbers: [number, number][] }[] = [];
  for (const record of records(text)) {
    if (typeof record !== 'object' || record === null) continue;
    const fields = new Map<string, unknown>(Object.entries(record));
    const timeField = TIMES.find((field) => fields.has(field)) ?? [...fields.keys()].find(namesTime);
    const time = timeField === undefined ? Number.NaN : timeBy(clock, String(fields.get(timeField)), last);
    if (Number.isNaN(time)) continue;
    last = time;
    const numbers: [number, number][] = [];
    for (const [field, value] of fields) {
      if (field === timeField || typeof value !== 'number') continue;
      let place = places.get(field);
      if (place === undefined) {
        if (places.size >= MAX_CHANNELS) continue;
        place = places.size;
        places.set(field, place);
      }
      numbers.push([place, value]);
    }
    if (numbers.length > 0) rows.push({ time, numbers });
  }
  if (rows.length === 0) {
    throw new VedetteError('FORMAT_INVALID', `${name} holds no readings`, { hint: 'each object needs a time (timestamp) and a number' });
  }
  const values = [...places].map(() => new Array<number>(rows.length).fill(Number.NaN));
  for (const [i, { numbers }] of rows.entries()) for (const [place, value] of numbers) (values[place] as number[])[i] = value;
  const times = rows.map(({ time }) => time);
  return { ...orderedFrame([...places.keys()], times, values), ...clockMarks(clock) };
}

function* records(text: string): Generator<unknown> {
  const whole = text.trimStart().startsWith('[') ? parsed(text) : undefined;
  if (Array.isArray(whole)) yield* whole;
  else for (const line of text.split('\n')) yield parsed(line);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
