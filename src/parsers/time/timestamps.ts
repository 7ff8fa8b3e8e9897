import type { Micros } from '../../core/index.ts';
import { find, fourDigits, isDigit, twoDigits, unsignedAt } from '../bytes/ascii.ts';
import type { Calendar } from './calendar.ts';
import { timeOfDay } from './civil.ts';

/** Reads a timestamp at `start`; NaN when there is none. `calendar.next` is then the position behind it. */
export type TimestampReader = (bytes: Uint8Array, start: number, end: number, calendar: Calendar) => Micros;

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** 1-12 for an English three-letter month name, 0 for anything else. */
export function monthAt(bytes: Uint8Array, at: number): number {
  const a = bytes[at];
  const b = bytes[at + 1];
  const c = bytes[at + 2];
  for (let i = 0; i < 36; i += 3) {
    if (MONTHS.charCodeAt(i) === a && MONTHS.charCodeAt(i + 1) === b && MONTHS.charCodeAt(i + 2) === c) return i / 3 + 1;
  }
  return 0;
}

/** `hh:mm:ss` at `at`, or NaN. `separator` is the byte between the numbers. */
export function clockAt(bytes: Uint8Array, at: number, separator = 58): number {
  if (bytes[at + 2] !== separator || bytes[at + 5] !== separator) return Number.NaN;
  return timeOfDay(twoDigits(bytes, at, true), twoDigits(bytes, at + 3), twoDigits(bytes, at + 6));
}

/** Fraction of a second after `.`, `,` or `:` at `at`, in whole microseconds; further digits are cut. Sets `calendar.next`. */
export function fractionAt(bytes: Uint8Array, at: number, end: number, calendar: Calendar): number {
  calendar.next = at;
  const mark = bytes[at];
  if (at + 1 >= end || (mark !== 46 && mark !== 44 && mark !== 58) || !isDigit(bytes[at + 1])) return 0;
  let micros = 0;
  let unit = 100_000;
  let p = at + 1;
  for (; p < end && isDigit(bytes[p]); p++) {
    micros += Math.floor(unit) * ((bytes[p] as number) - 48);
    unit /= 10;
    if (unit < 1) unit = 0;
  }
  calendar.next = p;
  return micros;
}

/** Offset `Z`, `+hh:mm`, `+hhmm` or `+hh` at `at` in microseconds, NaN when none is printed. Sets `calendar.next` behind it. */
export function offsetAt(bytes: Uint8Array, at: number, end: number, calendar: Calendar): number {
  const sign = bytes[at];
  if (at < end && (sign === 90 || sign === 122)) {
    calendar.next = at + 1;
    return 0;
  }
  if (at + 3 > end || (sign !== 43 && sign !== 45)) return Number.NaN;
  const hours = twoDigits(bytes, at + 1);
  if (hours < 0 || hours > 23) return Number.NaN;
  let minutesAt = at + 3;
  if (bytes[minutesAt] === 58) minutesAt++;
  let minutes = minutesAt + 2 <= end ? twoDigits(bytes, minutesAt) : -1;
  if (minutes < 0 || minutes > 59) {
    minutes = 0;
    calendar.next = at + 3;
  } else {
    calendar.next = minutesAt + 2;
  }
  return (sign === 45 ? -1 : 1) * (hours * 60 + minutes) * 60_000_000;
}

/** `2015-10-18 18:01:47,978`, `2015/10/18T18:01:47.978123+02:00`, with or without fraction and offset. */
export const iso: TimestampReader = (bytes, start, end, calendar) => {
  if (end - start < 19) return Number.NaN;
  const dash = bytes[start + 4];
  if ((dash !== 45 && dash !== 47 && dash !== 46) || bytes[start + 7] !== dash) return Number.NaN;
  const between = bytes[start + 10];
  if (between !== 32 && between !== 84 && between !== 116 && between !== 95) return Number.NaN;
  const ofDay = clockAt(bytes, start + 11);
  const micros = fractionAt(bytes, start + 19, end, calendar);
  const year = fourDigits(bytes, start);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  const next = calendar.next;
  const printed = next < end ? bytes[next] : 0;
  if (printed === 90 || printed === 122 || printed === 43 || printed === 45) {
    const offset = offsetAt(bytes, next, end, calendar);
    if (!Number.isNaN(offset)) return calendar.at(year, month, day, ofDay + micros, offset);
  }
  return calendar.local(year, month, day, ofDay + micros);
};

/** `081109 203615` (HDFS) */
export const compactSix: TimestampReader = (bytes, start, end, calendar) => {
  if (end - start < 13 || bytes[start + 6] !== 32) return Number.NaN;
  const ofDay = timeOfDay(twoDigits(bytes, start + 7), twoDigits(bytes, start + 9), twoDigits(bytes, start + 11));
  calendar.next = start + 13;
  const year = twoDigits(bytes, start);
  return calendar.local(year < 0 ? -1 : 2000 + year, twoDigits(bytes, start + 2), twoDigits(bytes, start + 4), ofDay);
};

/** `17/06/09 20:10:40` (Spark) */
export const shortYear: TimestampReader = (bytes, start, end, calendar) => {
  if (end - start < 17 || bytes[start + 2] !== 47 || bytes[start + 5] !== 47 || bytes[start + 8] !== 32) return Number.NaN;
  const year = twoDigits(bytes, start);
  const ofDay = clockAt(bytes, start + 9) + fractionAt(bytes, start + 17, end, calendar);
  return calendar.local(year < 0 ? -1 : 2000 + year, twoDigits(bytes, start + 3), twoDigits(bytes, start + 6), ofDay);
};

/** `Jun  4 15:16:01` (RFC 3164), also with one space before a one-digit day, a fraction, or the year before the time. */
export const monthDay: TimestampReader = (bytes, start, end, calendar) => {
  if (end - start < 14 || bytes[start + 3] !== 32) return Number.NaN;
  const month = monthAt(bytes, start);
  if (month === 0) return Number.NaN;
  let at = start + 4;
  let day = twoDigits(bytes, at, true);
  at += 2;
  if (day < 0) {
    day = unsignedAt(bytes, start + 4, start + 5);
    at = start + 5;
  }
  if (bytes[at] !== 32) return Number.NaN;
  at++;
  let year = -1;
  if (bytes[at + 4] === 32) {
    year = fourDigits(bytes, at);
    at += 5;
  }
  if (at + 8 > end) return Number.NaN;
  const ofDay = clockAt(bytes, at) + fractionAt(bytes, at + 8, end, calendar);
  return year >= 0 ? calendar.local(year, month, day, ofDay) : calendar.yearless(month, day, ofDay);
};

/** `Sun Dec 04 04:47:44.123456 2005` (asctime, Apache error log) */
export const asctime: TimestampReader = (bytes, start, end, calendar) => {
  if (end - start < 24 || bytes[start + 3] !== 32 || bytes[start + 7] !== 32 || bytes[start + 10] !== 32) return Number.NaN;
  const month = monthAt(bytes, start + 4);
  const ofDay = clockAt(bytes, start + 11) + fractionAt(bytes, start + 19, end, calendar);
  const at = calendar.next;
  if (month === 0 || at + 5 > end || bytes[at] !== 32) return Number.NaN;
  calendar.next = at + 5;
  return calendar.local(fourDigits(bytes, at + 1), month, twoDigits(bytes, start + 8, true), ofDay);
};

/** `17/May/2015:10:05:03 +0000` (common log format) */
export const commonLog: TimestampReader = (bytes, start, end, calendar) => {
  if (end - start < 20 || bytes[start + 2] !== 47 || bytes[start + 6] !== 47 || bytes[start + 11] !== 58) return Number.NaN;
  const month = monthAt(bytes, start + 3);
  const ofDay = clockAt(bytes, start + 12) + fractionAt(bytes, start + 20, end, calendar);
  const year = fourDigits(bytes, start + 7);
  const day = twoDigits(bytes, start);
  const offset = offsetAt(bytes, calendar.next + 1, end, calendar);
  return !Number.isNaN(offset) ? calendar.at(year, month, day, ofDay, offset) : calendar.local(year, month, day, ofDay);
};

/** `2005-06-03-15.42.50.675872` (BGL) */
export const dotted: TimestampReader = (bytes, start, end, calendar) => {
  if (end - start < 19 || bytes[start + 4] !== 45 || bytes[start + 7] !== 45 || bytes[start + 10] !== 45) return Number.NaN;
  const ofDay = clockAt(bytes, start + 11, 46) + fractionAt(bytes, start + 19, end, calendar);
  return calendar.local(fourDigits(bytes, start), twoDigits(bytes, start + 5), twoDigits(bytes, start + 8), ofDay);
};

/** `03-17 16:13:38.811` (Android) or `10.30 16:49:06` (Proxifier): month, day, no year. */
export const monthDayNumbers: TimestampReader = (bytes, start, end, calendar) => {
  const mark = bytes[start + 2];
  if (end - start < 14 || (mark !== 45 && mark !== 46) || bytes[start + 5] !== 32) return Number.NaN;
  const ofDay = clockAt(bytes, start + 6) + fractionAt(bytes, start + 14, end, calendar);
  return calendar.yearless(twoDigits(bytes, start), twoDigits(bytes, start + 3), ofDay);
};

/** `20171223-22:15:29:606` (HealthApp); the parts of the time may have one digit. */
export const compactDate: TimestampReader = (bytes, start, end, calendar) => {
  if (end - start < 14 || bytes[start + 8] !== 45) return Number.NaN;
  const hourEnd = find(bytes, 58, start + 9, Math.min(start + 12, end));
  const minuteEnd = hourEnd < 0 ? -1 : find(bytes, 58, hourEnd + 1, Math.min(hourEnd + 4, end));
  if (minuteEnd < 0) return Number.NaN;
  let secondEnd = minuteEnd + 1;
  while (secondEnd < end && secondEnd < minuteEnd + 3 && isDigit(bytes[secondEnd])) secondEnd++;
  const hour = unsignedAt(bytes, start + 9, hourEnd);
  const ofDay = timeOfDay(hour, unsignedAt(bytes, hourEnd + 1, minuteEnd), unsignedAt(bytes, minuteEnd + 1, secondEnd));
  let micros = 0;
  calendar.next = secondEnd;
  if (bytes[secondEnd] === 58 || bytes[secondEnd] === 46) {
    let p = secondEnd + 1;
    while (p < end && isDigit(bytes[p])) p++;
    const millis = unsignedAt(bytes, secondEnd + 1, p);
    if (millis >= 0 && millis < 1000) micros = millis * 1000;
    calendar.next = p;
  }
  return calendar.local(fourDigits(bytes, start), twoDigits(bytes, start + 4), twoDigits(bytes, start + 6), ofDay + micros);
};
