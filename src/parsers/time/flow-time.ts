const ISO = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?/;
const DAY_FIRST = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)? ?(AM|PM)?/i;

/** Microseconds since 1970 of the times flow writers print (UTC assumed, day before month), or of an epoch in s, ms or us. NaN for others. */
export function flowTime(cell: string): number {
  const number = cell.trim() === '' ? Number.NaN : Number(cell);
  if (!Number.isNaN(number)) {
    if (number < 1e11) return Math.round(number * 1e6);
    return number < 1e14 ? Math.round(number * 1e3) : Math.round(number);
  }
  const iso = ISO.exec(cell);
  if (iso !== null) return micros(iso[1], iso[2], iso[3], iso[4], iso[5], iso[6], iso[7]);
  const day = DAY_FIRST.exec(cell);
  if (day === null) return Number.NaN;
  let hour = Number(day[4]);
  if (day[8] !== undefined) hour = (hour % 12) + (day[8].toUpperCase() === 'PM' ? 12 : 0);
  return micros(day[3], day[2], day[1], String(hour), day[5], day[6], day[7]);
}

function micros(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  hour: string | undefined,
  minute: string | undefined,
  second = '0',
  fraction = '0',
): number {
  const millis = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return millis * 1000 + Number(fraction.padEnd(6, '0'));
}
