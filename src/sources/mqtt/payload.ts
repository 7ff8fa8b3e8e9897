import { MAX_ENTITY_NAME, MAX_SERIES_NAME, type Micros, type Reading } from '../../core/index.ts';
import type { TopicMatch } from './topic.ts';

const TIME_NAMES = new Set(['time', 'timestamp', 'ts']);
/** 2000-01-01 in seconds, milliseconds and microseconds tell the unit of a plain number. */
const SECONDS_LIMIT = 1e11;
const MILLIS_LIMIT = 1e14;
const MAX_FIELDS = 1000;
const MAX_DEPTH = 4;

/** Readings of a message: a plain number, `true`/`false`, or JSON whose numbers are its series; undefined for anything else. */
export function readPayload(text: string, { device, series }: TopicMatch, arrival: Micros): Reading[] | undefined {
  const entity = device.slice(0, MAX_ENTITY_NAME);
  const reading = (name: string, value: number, time: Micros): Reading => ({ time, entity, series: name.slice(0, MAX_SERIES_NAME), value });
  const plain = numberOf(text.trim());
  if (plain !== undefined) return [reading(series ?? 'value', plain, arrival)];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const stamp = Object.entries(value).find(([name]) => TIME_NAMES.has(name.toLowerCase()));
  const time = (stamp === undefined ? undefined : timeOf(stamp[1])) ?? arrival;
  const readings: Reading[] = [];
  collect(value, series === undefined ? [] : [series], 0, (name, number) => {
    if (readings.length < MAX_FIELDS) readings.push(reading(name, number, time));
  });
  return readings.length === 0 ? undefined : readings;
}

function collect(value: object, path: readonly string[], depth: number, found: (name: string, value: number) => void): void {
  for (const [name, item] of Object.entries(value)) {
    if (depth === 0 && TIME_NAMES.has(name.toLowerCase())) continue;
    const at = name === 'value' && path.length > 0 ? path : [...path, name];
    if (typeof item === 'number' && Number.isFinite(item)) found(at.join('.'), item);
    else if (typeof item === 'boolean') found(at.join('.'), Number(item));
    else if (typeof item === 'object' && item !== null && !Array.isArray(item) && depth < MAX_DEPTH) collect(item, at, depth + 1, found);
  }
}

function numberOf(text: string): number | undefined {
  if (/^(true|on)$/i.test(text)) return 1;
  if (/^(false|off)$/i.test(text)) return 0;
  const value = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function timeOf(value: unknown): Micros | undefined {
  if (typeof value === 'string') {
    const parsed = Date.parse(value) * 1000;
    return Number.isFinite(parsed) ? parsed : undefined;
  }
  if (typeof value !== 'number' || !(value > 1e8)) return undefined;
  return Math.round(value < SECONDS_LIMIT ? value * 1e6 : value < MILLIS_LIMIT ? value * 1e3 : value);
}
