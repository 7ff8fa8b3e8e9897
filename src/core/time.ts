/** Whole microseconds since 1970-01-01T00:00:00Z, exact in a double until the year 2255. */
export type Micros = number;

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

/** The clock a component is given; never read from the system inside a stage. */
export interface Clock {
  now(): Micros;
}

export const systemClock: Clock = { now: () => Date.now() * 1000 };

/** What events are given before any has a time. */
export const UNDATED: Micros = 0;

/** NaN for a time on the first day of 1970, which no log was written on: it stands for none. */
export function knownTime(time: Micros): Micros {
  return time < UNDATED + MICROS_PER_DAY ? Number.NaN : time;
}

/** What a Date can hold: years -271821 to 275760. */
const LATEST = 8.64e18;

/** ISO 8601 in UTC with exactly the digits needed: `2008-11-09T20:35:18Z`, `….123Z`, `….123456Z`; empty for what is no time. */
export function formatMicros(time: Micros): string {
  if (!(Math.abs(time) <= LATEST)) return '';
  const millis = Math.floor(time / 1000);
  const rest = Math.round(time - millis * 1000);
  const iso = new Date(millis).toISOString();
  if (rest > 0) return `${iso.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
  return iso.endsWith('.000Z') ? `${iso.slice(0, -5)}Z` : iso;
}

const DURATION = /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d|w)$/;
const UNIT_MICROS: Record<string, number> = {
  us: 1,
  ms: 1000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
  w: 604_800_000_000,
};

/** A duration as `parseDuration` reads it, in the largest unit up to days that it is a whole number of. */
export function formatDuration(micros: Micros): string {
  const [unit, size] = Object.entries(UNIT_MICROS)
    .reverse()
    .find(([name, each]) => name !== 'w' && micros > 0 && micros % each === 0) ?? ['s', 1_000_000];
  return `${micros / size}${unit}`;
}

/** Parses `250ms`, `10s`, `5m`, `2h`, `7d`, `4w` into microseconds; undefined when it is no duration. */
export function parseDuration(text: string): Micros | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * (UNIT_MICROS[match[2] as string] as number));
}
