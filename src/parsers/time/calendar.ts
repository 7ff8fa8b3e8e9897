import { MICROS_PER_DAY, type Micros } from '../../core/index.ts';
import { dayMicros, isDate, yearOf } from './civil.ts';
import type { Zone } from './zone.ts';

/**
 * What a timestamp reader needs beyond its bytes: the zone of times that name none and the year of dates that have none.
 * `next` is set to the position behind the timestamp read last.
 */
export class Calendar {
  next = 0;
  /** Years are chosen so that a date is not later than this plus a day (the file's modification time, or arrival). */
  reference: Micros;
  /** The year taken last for a date that names none; 0 before the first. */
  takenYear = 0;
  /** `01/03/2026` is the third of January. */
  monthFirst = false;
  private readonly zone: Zone;
  private dateKey = -1;
  private dateMicros = Number.NaN;
  private yearKey = -1;
  private yearMicros = Number.NaN;
  private yearReference = Number.NaN;
  private year = 0;

  constructor(zone: Zone, reference: Micros) {
    this.zone = zone;
    this.reference = reference;
  }

  /** UTC microseconds of a wall-clock date and time of day in the configured zone; NaN for a date that does not exist. */
  local(year: number, month: number, day: number, ofDay: number): Micros {
    return this.zone(this.date(year, month, day) + ofDay);
  }

  /** The same for a time whose offset from UTC is printed. */
  at(year: number, month: number, day: number, ofDay: number, offsetMicros: number): Micros {
    return this.date(year, month, day) + ofDay - offsetMicros;
  }

  /** For a date without a year: the latest year in which it lies no later than a day after the reference. */
  yearless(month: number, day: number, ofDay: number): Micros {
    const key = month * 32 + day;
    if (key !== this.yearKey || this.yearReference !== this.reference) {
      this.yearKey = key;
      this.yearReference = this.reference;
      this.yearMicros = this.latest(month, day);
      this.year = Number.isNaN(this.yearMicros) ? 0 : yearOf(this.yearMicros);
    }
    this.takenYear = this.year;
    const time = this.zone(this.yearMicros + ofDay);
    return time;
  }

  private latest(month: number, day: number): Micros {
    const limit = this.reference + 2 * MICROS_PER_DAY;
    if (month < 1 || month > 12 || day < 1 || day > 31) return Number.NaN;
    const last = yearOf(limit);
    for (let year = last; year > last - 9; year--) {
      if (isDate(year, month, day) && dayMicros(year, month, day) <= limit - MICROS_PER_DAY) return dayMicros(year, month, day);
    }
    return Number.NaN;
  }

  private date(year: number, month: number, day: number): Micros {
    const key = year * 512 + month * 32 + day;
    if (key !== this.dateKey) {
      this.dateKey = key;
      this.dateMicros = isDate(year, month, day) ? dayMicros(year, month, day) : Number.NaN;
    }
    return this.dateMicros;
  }
}
