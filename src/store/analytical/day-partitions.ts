export const MICROS_PER_DAY = 86_400_000_000;
/** An epoch that spans more days than this is filed by month: a decade of history must not become thousands of files. */
export const MAX_DAYS = 40;
/** Of rows without a time. */
export const UNDATED = 'undated';

/** `2026-01-02`; `day` is counted from 1970 on. */
export function dayName(day: number): string {
  const [date = ''] = new Date((day * MICROS_PER_DAY) / 1000).toISOString().split('T');
  return date;
}

/** `2026-01` */
export function monthName(day: number): string {
  return dayName(day).slice(0, -3);
}
