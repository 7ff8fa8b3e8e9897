import { MICROS_PER_DAY } from '../../core/index.ts';
import { fourDigits, isDigit, twoDigits } from '../bytes/ascii.ts';
import { dayMicros, isDate } from './civil.ts';

/** Which of the two numbers of `01/03/2026` comes first. */
export type DateOrder = 'day' | 'month';

const SLASH = 47;
const LF = 10;

/** Gathers what the dates with slashes at the beginning of lines tell of their order. */
export class DateOrderEvidence {
  /** Dates that say so themselves: their first or second number is above 12. */
  private readonly certain = { day: 0, month: 0 };
  /** Days between dates that follow each other, by the order in which they are read, and dates after the latest that is possible. */
  private readonly gaps = { day: 0, month: 0 };
  private readonly late = { day: 0, month: 0 };
  private before = '';
  private readonly last = { day: Number.NaN, month: Number.NaN };
  private readonly latest: number;
  /** Whether there was such a date. */
  found = false;

  /** `reference`: no date is later than a day after it (microseconds). */
  constructor(reference = Number.POSITIVE_INFINITY) {
    this.latest = reference + MICROS_PER_DAY;
  }

  /** Looks at the lines of `bytes`. */
  add(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; ) {
      const at = bytes[start] === 91 || bytes[start] === 34 ? start + 1 : start;
      if (bytes[at + 2] === SLASH && bytes[at + 5] === SLASH && isDigit(bytes[at]) && isDigit(bytes[at + 9])) this.take(bytes, at);
      const end = bytes.indexOf(LF, start);
      start = end < 0 ? bytes.length : end + 1;
    }
  }

  /** Undefined where nothing tells. */
  get order(): DateOrder | undefined {
    for (const { day, month } of [
      this.certain,
      { day: this.late.month, month: this.late.day },
      { day: this.gaps.month, month: this.gaps.day },
    ])
      if (day !== month) return day > month ? 'day' : 'month';
    return undefined;
  }

  private take(bytes: Uint8Array, at: number): void {
    const [first, second, year] = [twoDigits(bytes, at), twoDigits(bytes, at + 3), fourDigits(bytes, at + 6)];
    if (first < 1 || second < 1 || year < 0) return;
    this.found = true;
    const text = `${first}/${second}/${year}`;
    if (text === this.before) return;
    this.before = text;
    if (first > 12 && second <= 12) this.certain.day++;
    if (second > 12 && first <= 12) this.certain.month++;
    for (const [order, month, day] of [
      ['day', second, first],
      ['month', first, second],
    ] as const) {
      if (!isDate(year, month, day)) continue;
      const time = dayMicros(year, month, day);
      if (time > this.latest) this.late[order]++;
      const gap = Math.abs(time - this.last[order]) / MICROS_PER_DAY;
      if (gap > 0) this.gaps[order] += gap;
      this.last[order] = time;
    }
  }
}
