import { VedetteError } from '../../core/index.ts';

const QUARTER = 15 * 60 * 1_000_000;
const DAY = 86_400_000_000;
const OFFSET = /^([+-])(\d{2}):?(\d{2})?$/;

/** Local wall-clock microseconds -> UTC microseconds. */
export type Zone = (local: number) => number;

/**
 * `UTC`, an offset (`+02:00`, `-0500`) or an IANA name (`Europe/London`). Of a time that a clock change makes ambiguous the
 * earlier reading is taken; one that it skips is read with the offset before the change.
 */
export function zoneOf(name: string): Zone {
  if (name === 'UTC' || name === 'Z') return (local) => local;
  const offset = OFFSET.exec(name);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
    const micros = (offset[1] === '-' ? -1 : 1) * minutes * 60_000_000;
    return (local) => local - micros;
  }
  return namedZone(name);
}

/**
 * UTC microseconds at which a wall clock shows a time: usually one, two where it is put back, earlier first, none where it is
 * put forward.
 */
export type WallClockTimes = (local: number) => readonly number[];

export function wallClockTimes(name: string): WallClockTimes {
  if (name === 'UTC' || name === 'Z' || OFFSET.test(name)) {
    const zone = zoneOf(name);
    return (local) => [zone(local)];
  }
  const format = formatOf(name);
  let quarter = Number.NaN;
  let shifts: readonly number[] = [];
  return (local) => {
    const of = Math.floor(local / QUARTER);
    if (of !== quarter) {
      quarter = of;
      const start = of * QUARTER;
      const both = new Set([offsetAt(format, start - DAY), offsetAt(format, start + DAY)]);
      shifts = [...both].filter((shift) => offsetAt(format, start - shift) === shift).sort((a, b) => b - a);
    }
    return shifts.map((shift) => local - shift);
  };
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
  } catch (cause) {
    throw new VedetteError('CONFIG_INVALID', `time zone "${name}" is not known`, {
      hint: 'give UTC, an offset such as +02:00, or an IANA name such as Europe/London',
      cause,
    });
  }
}

function namedZone(name: string): Zone {
  const format = formatOf(name);
  let quarter = Number.NaN;
  let shift = 0;
  return (local) => {
    // Offsets change on quarters of an hour, so one answer serves every time within a quarter.
    const of = Math.floor(local / QUARTER);
    if (of !== quarter) {
      quarter = of;
      shift = shiftAt(format, of * QUARTER);
    }
    return local - shift;
  };
}

function shiftAt(format: Intl.DateTimeFormat, local: number): number {
  const before = offsetAt(format, local - DAY);
  const after = offsetAt(format, local + DAY);
  if (before === after) return before;
  return offsetAt(format, local - before) === before || offsetAt(format, local - after) !== after ? before : after;
}

function offsetAt(format: Intl.DateTimeFormat, utc: number): number {
  const millis = Math.floor(utc / 1000);
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(millis)) part[type] = value;
  const wall = Date.UTC(
    Number(part.year),
    Number(part.month) - 1,
    Number(part.day),
    Number(part.hour),
    Number(part.minute),
    Number(part.second),
  );
  return (wall - Math.floor(millis / 1000) * 1000) * 1000;
}
