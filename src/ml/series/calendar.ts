import { MICROS_PER_DAY } from '../../core/index.ts';

const WEEK = 7 * MICROS_PER_DAY;
const DAILY = [1, 2, 3, 4];
const WEEKLY = [1, 2, 3];

/** The first columns of `calendarAt`: the time of day. */
export const DAILY_COLUMNS = 2 * DAILY.length;

/** Columns of `calendarAt`. */
export const CALENDAR_COLUMNS = 2 * (DAILY.length + WEEKLY.length) + 1;

/** Sines and cosines of the time of day and of the week (UTC), and the weekend, written to out[at..]. */
export function calendarAt(time: number, out: Float64Array | Float32Array, at: number): void {
  let column = at;
  for (const [period, harmonics] of [
    [MICROS_PER_DAY, DAILY],
    [WEEK, WEEKLY],
  ] as const) {
    const phase = (2 * Math.PI * (((time % period) + period) % period)) / period;
    for (const k of harmonics) {
      out[column++] = Math.sin(k * phase);
      out[column++] = Math.cos(k * phase);
    }
  }
  // 1970-01-01 was a Thursday: day 0 = Thursday, 2 and 3 are the weekend.
  const day = Math.floor((((time % WEEK) + WEEK) % WEEK) / MICROS_PER_DAY);
  out[column] = day === 2 || day === 3 ? 1 : 0;
}
