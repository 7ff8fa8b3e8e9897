import type { Micros } from '../../core/index.ts';
import { isDigit, unsignedAt } from '../bytes/ascii.ts';
import { fractionAt, type TimestampReader } from './timestamps.ts';

/**
 * A count since 1970 as microseconds. The unit follows from its size: seconds until 1e11 (the year 5138), milliseconds until
 * 1e14, microseconds until 1e17, nanoseconds above.
 */
export function epochMicros(count: number): Micros {
  if (!Number.isFinite(count) || count < 0) return Number.NaN;
  if (count < 1e11) return Math.round(count * 1e6);
  if (count < 1e14) return Math.round(count * 1e3);
  if (count < 1e17) return Math.round(count);
  return count < 1e20 ? Math.round(count / 1e3) : Number.NaN;
}

/** `1117838570`, `1117838570.363779`, `1700000000123`, and so on up to nanoseconds. */
export const epoch: TimestampReader = (bytes, start, end, calendar) => {
  let p = start;
  while (p < end && isDigit(bytes[p])) p++;
  const digits = p - start;
  if (digits < 8 || digits > 19) return Number.NaN;
  calendar.next = p;
  // 16 and more digits do not fit a double exactly; microseconds do.
  if (digits === 19) return unsignedAt(bytes, start, start + 10) * 1e6 + unsignedAt(bytes, start + 10, start + 16);
  if (digits === 16) return unsignedAt(bytes, start, start + 10) * 1e6 + unsignedAt(bytes, start + 10, start + 16);
  const whole = unsignedAt(bytes, start, p);
  if (whole < 0) return Number.NaN;
  if (whole >= 1e11) return epochMicros(whole);
  return whole * 1e6 + fractionAt(bytes, p, end, calendar);
};
