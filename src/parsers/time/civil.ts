import { MICROS_PER_DAY, MICROS_PER_SECOND } from '../../core/index.ts';

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, chrono-compatible date algorithms). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

export function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= (MONTH_LENGTHS[month - 1] as number) || (month === 2 && day === 29 && isLeap(year));
}

/** Time of day in microseconds, or NaN. Second 60 is a leap second and counts as the next minute's first. */
export function timeOfDay(hour: number, minute: number, second: number): number {
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return Number.NaN;
  return (hour * 3600 + minute * 60 + second) * MICROS_PER_SECOND;
}

/** Year of a time, in UTC. */
export function yearOf(micros: number): number {
  return new Date(micros / 1000).getUTCFullYear();
}

export function dayMicros(year: number, month: number, day: number): number {
  return daysFromCivil(year, month, day) * MICROS_PER_DAY;
}
