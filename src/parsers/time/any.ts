import type { Micros } from '../../core/index.ts';
import type { Calendar } from './calendar.ts';
import { dayNamedMonth, numbersBeforeYear } from './day-first.ts';
import { epoch } from './epoch.ts';
import {
  asctime,
  commonLog,
  compactDate,
  compactSix,
  dotted,
  iso,
  monthDay,
  monthDayNumbers,
  shortYear,
  type TimestampReader,
} from './timestamps.ts';

const READERS: readonly TimestampReader[] = [
  iso,
  epoch,
  commonLog,
  monthDay,
  asctime,
  dotted,
  shortYear,
  compactDate,
  compactSix,
  monthDayNumbers,
  numbersBeforeYear,
  dayNamedMonth,
];
const MOST_BYTES = 64;
const encoder = new TextEncoder();
const scratch = new Uint8Array(MOST_BYTES * 3);

/** A timestamp in any form known, at the start of bytes[start, end). */
export const anyTimestamp: TimestampReader = (bytes, start, end, calendar) => {
  for (const read of READERS) {
    const time = read(bytes, start, end, calendar);
    if (!Number.isNaN(time)) return time;
  }
  return Number.NaN;
};

/** A timestamp given as text that holds nothing else; NaN when it is none. */
export function textTime(text: string, calendar: Calendar): Micros {
  if (text.length > MOST_BYTES) return Number.NaN;
  const { written } = encoder.encodeInto(text, scratch);
  const time = anyTimestamp(scratch, 0, written, calendar);
  return calendar.next <= written ? time : Number.NaN;
}
