import type { WallClock } from '../time/wall-clock.ts';

/** Which of the two numbers in `03/04/2025` is the day. */
export type DateOrder = 'day first' | 'month first';

/** Seconds, milliseconds, microseconds and nanoseconds since 1970 are told apart by their size. */
const SECONDS_LIMIT = 1e11;
const MILLIS_LIMIT = 1e14;
const MICROS_LIMIT = 1e17;
const NO_TIME = { time: Number.NaN, local: false };
const NUMERIC = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T,]+(.+))?$/;
const YEAR_FIRST = /^(\d{4})[./-](\d{1,2})[./-](\d{1,2})(?:[ T]+(.+))?$/;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap])?\.?m?\.?$/i;
const LONGEST = 40;

/**
 * A cell's time, microseconds, and whether it names no zone: then it is what a clock on the wall shows, as if that were UTC. Dates such
 * as `03/04/2025` are read where their order is known, `03.04.2025` always.
 */
export function writtenTime(cell: string, order?: DateOrder): { readonly time: number; readonly local: boolean } {
  if (/^\d+(\.\d+)?$/.test(cell)) {
    const value = Number(cell);
    if (value < 1e8) return NO_TIME;
    const factor = value < SECONDS_LIMIT ? 1e6 : value < MILLIS_LIMIT ? 1e3 : value < MICROS_LIMIT ? 1 : 1e-3;
    return { time: Math.round(value * factor), local: false };
  }
  if (cell.length > LONGEST) return NO_TIME;
  if (/^\d{4}-\d{2}-\d{2}/.test(cell)) {
    const iso = cell.replace(' ', 'T').replace(',', '.').replace(/ UTC$/, 'Z');
    const local = iso.length <= 10 || !/(Z|[+-]\d{2}:?\d{2})$/.test(iso);
    const time = Date.parse(local && iso.length > 10 ? `${iso}Z` : iso) * 1000;
    // Of other times of day, such as `9:05` and `1:30 PM`, below.
    if (!Number.isNaN(time)) return { time, local };
  }
  const numeric = numericDate(cell);
  if (numeric !== undefined) {
    const [first, second, year, clock, dots] = numeric;
    if (!dots && order === undefined) return NO_TIME;
    const [day, month] = dots || order === 'day first' ? [first, second] : [second, first];
    return { time: at(year, month, day, clock), local: true };
  }
  const ahead = YEAR_FIRST.exec(cell);
  return ahead === null ? NO_TIME : { time: at(Number(ahead[1]), Number(ahead[2]), Number(ahead[3]), ahead[4]), local: true };
}

/** The two numbers before the year, the year, the time of day, and whether dots part them: `dd.mm.yyyy` is never the other way round. */
function numericDate(cell: string): readonly [number, number, number, string | undefined, boolean] | undefined {
  const found = cell.length > LONGEST ? null : NUMERIC.exec(cell);
  if (found === null) return undefined;
  const year = Number(found[4]);
  return [Number(found[1]), Number(found[3]), (found[4] as string).length === 2 ? 2000 + year : year, found[5], found[2] === '.'];
}

/** Times of a date such as `03/04/2025` with the day and with the month first; undefined for what is no such date, NaN where one is none. */
export function bothOrders(cell: string): readonly [dayFirst: number, monthFirst: number] | undefined {
  const numeric = numericDate(cell);
  if (numeric === undefined || numeric[4]) return undefined;
  return [writtenTime(cell, 'day first').time, writtenTime(cell, 'month first').time];
}

/** The order that the mark between day, month and year is most used with. */
export function usualOrder(cell: string): DateOrder {
  return cell.includes('/') ? 'month first' : 'day first';
}

/** Whether a cell is a time in one order of dates or the other. */
export function isTime(cell: string): boolean {
  return !Number.isNaN(writtenTime(cell, 'day first').time) || !Number.isNaN(writtenTime(cell, 'month first').time);
}

/** Microseconds of an ISO time (UTC where no zone is given) or a number since 1970; NaN. */
export function timeOf(cell: string): number {
  return writtenTime(cell).time;
}

/** A cell's time; one without a zone is what the wall clock shows after `last`. */
export function timeBy(clock: WallClock | undefined, cell: string, last: number, order?: DateOrder): number {
  const { time, local } = writtenTime(cell, order);
  return clock === undefined || !local || Number.isNaN(time) ? time : clock.read(time, last);
}

function at(year: number, month: number, day: number, clock: string | undefined): number {
  const date = Date.UTC(year, month - 1, day);
  if (month < 1 || month > 12 || day < 1 || day > 31 || new Date(date).getUTCDate() !== day) return Number.NaN;
  const ofDay = clock === undefined ? 0 : timeOfDay(clock);
  return date * 1000 + ofDay;
}

/** Microseconds of `13:30`, `13:30:05.25` or `1:30 PM` since midnight; NaN. */
export function timeOfDay(text: string): number {
  const found = CLOCK.exec(text.trim());
  if (found === null) return Number.NaN;
  const [hour, minute, second] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
  const half = found[5]?.toLowerCase();
  if (hour > (half === undefined ? 23 : 12) || minute > 59 || second > 59 || (half !== undefined && hour === 0)) return Number.NaN;
  const hours = half === undefined ? hour : (hour % 12) + (half === 'p' ? 12 : 0);
  return (hours * 3600 + minute * 60 + second) * 1e6 + Number(`0.${found[4] ?? 0}`) * 1e6;
}

/**
 * Which number of dates such as `03/04/2025` is the day: one above twelve tells; otherwise the order in which the times run on without
 * turning back; otherwise the one that the mark between them is most used with: months first with slashes, days first else.
 */
export function dateOrderOf(cells: readonly string[]): { readonly order: DateOrder; readonly assumed: boolean } | undefined {
  let slashes = false;
  let some = false;
  for (const cell of cells) {
    const found = numericDate(cell);
    if (found === undefined) continue;
    const [first, second, , , dots] = found;
    if (dots) return { order: 'day first', assumed: false };
    if (first > 12) return { order: 'day first', assumed: false };
    if (second > 12) return { order: 'month first', assumed: false };
    some = true;
    slashes ||= cell.includes('/');
  }
  if (!some) return undefined;
  const turns = (order: DateOrder) => {
    let count = 0;
    let last = Number.NEGATIVE_INFINITY;
    for (const cell of cells) {
      const { time } = writtenTime(cell, order);
      if (time < last) count++;
      if (!Number.isNaN(time)) last = time;
    }
    return count;
  };
  const [days, months] = [turns('day first'), turns('month first')];
  if (days !== months) return { order: days < months ? 'day first' : 'month first', assumed: false };
  return { order: slashes ? 'month first' : 'day first', assumed: true };
}
