import { fourDigits, isDigit, twoDigits, unsignedAt } from '../bytes/ascii.ts';
import { clockAt, fractionAt, monthAt, offsetAt, type TimestampReader } from './timestamps.ts';

const SPACE = 32;
const COMMA = 44;
const SLASH = 47;

/**
 * `01 Mar 2026 14:15:00,123` (log4j's DATE), `01-MAR-2026 14:15:00` (Oracle), `Sun, 1 Mar 2026 14:15:00 +0100` or `GMT` (RFC 5322, HTTP): the
 * month by its English name.
 */
export const dayNamedMonth: TimestampReader = (bytes, start, end, calendar) => {
  let p = start;
  if (bytes[p + 3] === COMMA && bytes[p + 4] === SPACE) p += 5;
  let digits = p;
  while (digits < p + 2 && isDigit(bytes[digits])) digits++;
  const mark = bytes[digits];
  if (digits === p || (mark !== SPACE && mark !== 45) || digits + 18 > end) return Number.NaN;
  const month = monthAt(bytes, digits + 1) || capitalMonthAt(bytes, digits + 1);
  if (month === 0 || bytes[digits + 4] !== mark || bytes[digits + 9] !== SPACE) return Number.NaN;
  const [year, day] = [fourDigits(bytes, digits + 5), unsignedAt(bytes, p, digits)];
  const ofDay = clockAt(bytes, digits + 10) + fractionAt(bytes, digits + 18, end, calendar);
  const { next } = calendar;
  const named = zoneBehind(bytes, next, end);
  if (named > 0) {
    calendar.next = named;
    return calendar.at(year, month, day, ofDay, 0);
  }
  const offset = bytes[next] === SPACE ? offsetAt(bytes, next + 1, end, calendar) : Number.NaN;
  if (!Number.isNaN(offset)) return calendar.at(year, month, day, ofDay, offset);
  calendar.next = next;
  return calendar.local(year, month, day, ofDay);
};

/**
 * `01.03.2026 14:15:00,123`, `01-03-2026 14:15:00`: the day comes first. `01/03/2026 14:15:00`: as the calendar says, the other way round where that is
 * no date. `03/01/2026 02:15:00 PM`: the month, as nobody who writes the day first writes AM and PM.
 */
export const numbersBeforeYear: TimestampReader = (bytes, start, end, calendar) => {
  const mark = bytes[start + 2];
  if (end - start < 19 || (mark !== 46 && mark !== 45 && mark !== 47) || bytes[start + 5] !== mark) return Number.NaN;
  if (bytes[start + 10] !== SPACE) return Number.NaN;
  const [first, second, year] = [twoDigits(bytes, start), twoDigits(bytes, start + 3), fourDigits(bytes, start + 6)];
  const ofDay = clockAt(bytes, start + 11) + fractionAt(bytes, start + 19, end, calendar);
  const half = halfOfDay(bytes, calendar.next, end);
  if (half === undefined) {
    const monthFirst = mark === SLASH && (calendar.monthFirst ? first <= 12 : second > 12);
    return calendar.local(year, monthFirst ? first : second, monthFirst ? second : first, ofDay);
  }
  calendar.next += 3;
  const hour = twoDigits(bytes, start + 11);
  if (hour < 1 || hour > 12) return Number.NaN;
  return calendar.local(year, first, second, ofDay + ((hour % 12) - hour + half) * 3_600_000_000);
};

/** Hours that ` AM` or ` PM` adds; undefined without either. */
function halfOfDay(bytes: Uint8Array, at: number, end: number): 0 | 12 | undefined {
  if (at + 3 > end || bytes[at] !== SPACE || ((bytes[at + 2] as number) | 32) !== 109) return undefined;
  const letter = (bytes[at + 1] as number) | 32;
  return letter === 97 ? 0 : letter === 112 ? 12 : undefined;
}

function capitalMonthAt(bytes: Uint8Array, at: number): number {
  const [a, b, c] = [bytes[at] as number, bytes[at + 1] as number, bytes[at + 2] as number];
  return monthAt(Uint8Array.of(a, b | 32, c | 32), 0);
}

/** Position behind ` GMT` or ` UTC`; 0 where there is neither. */
function zoneBehind(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 > end || bytes[at] !== SPACE) return 0;
  const name = String.fromCharCode(bytes[at + 1] as number, bytes[at + 2] as number, bytes[at + 3] as number);
  return name === 'GMT' || name === 'UTC' ? at + 4 : 0;
}
