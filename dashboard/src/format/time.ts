/** Microseconds since 1970, as everywhere in vedette; null = no time. */
export type Time = number | null | undefined;

const NONE = '–';
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export function nowMicros(): number {
  return Date.now() * 1000;
}

function known(time: Time): time is number {
  return time !== null && time !== undefined && Number.isFinite(time);
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** Date and time in the user's zone: 2026-03-01 14:05:09; `exact` adds milliseconds where they are not zero. */
export function dateTime(time: Time, exact = false): string {
  if (!known(time)) return NONE;
  const date = new Date(time / 1000);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clock(time, exact)}`;
}

/** Time of day in the user's zone. */
export function clock(time: Time, exact = false): string {
  if (!known(time)) return NONE;
  const date = new Date(time / 1000);
  const millis = date.getMilliseconds();
  const text = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return millis === 0 || !exact ? text : `${text}.${String(millis).padStart(3, '0')}`;
}

/** 2026-03-01 13:05:09 UTC, for the hover. */
export function utc(time: Time): string {
  if (!known(time)) return 'no time known';
  const text = new Date(time / 1000).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 23).replace(/\.000$/, '')} UTC`;
}

/** 5 s, 3 min, 2 h, 4 d. */
export function duration(micros: number | null | undefined): string {
  if (!known(micros)) return NONE;
  const size = Math.abs(micros);
  if (size < 1_000) return `${Math.round(micros)} µs`;
  if (size < SECOND) return `${Math.round(micros / 1_000)} ms`;
  if (size < 10 * SECOND) return `${Number((micros / SECOND).toFixed(1))} s`;
  if (size < 100 * SECOND) return `${Math.round(micros / SECOND)} s`;
  if (size < 100 * MINUTE) return `${Math.round(micros / MINUTE)} min`;
  if (size < 48 * HOUR) return `${Math.round(micros / HOUR)} h`;
  return `${Math.round(micros / DAY)} d`;
}

/** 3 min ago, in 2 h; the plain date beyond 30 days. */
export function ago(time: Time, now = nowMicros()): string {
  if (!known(time)) return NONE;
  const passed = now - time;
  if (Math.abs(passed) > 30 * DAY) return dateTime(time).slice(0, 16);
  if (Math.abs(passed) < 10 * SECOND) return 'now';
  return passed >= 0 ? `${duration(passed)} ago` : `in ${duration(-passed)}`;
}

/** What a range in the address means: `15m`, `24h`, `7d` back from now, or `FROM-TO` in microseconds; undefined = all times. */
export function parseRange(range: string | undefined, now = nowMicros()): { from?: number; to?: number } {
  if (range === undefined || range === 'all') return {};
  const relative = /^(\d{1,4})([mhd])$/.exec(range);
  if (relative !== null) {
    const unit = relative[2] === 'm' ? MINUTE : relative[2] === 'h' ? HOUR : DAY;
    // Whole ten seconds, so that the same address asks the same question for a while.
    const end = Math.ceil(now / (10 * SECOND)) * 10 * SECOND;
    return { from: end - Number(relative[1]) * unit };
  }
  const absolute = /^(\d{1,17})-(\d{1,17})$/.exec(range);
  if (absolute === null) return {};
  const [from, to] = [Number(absolute[1]), Number(absolute[2])];
  return from < to ? { from, to } : {};
}

/** Labels of a time axis (seconds since 1970) the date stands where the day changes. */
export function axisLabels(seconds: readonly number[]): string[] {
  const step = (seconds[1] ?? 0) - (seconds[0] ?? 0);
  let day = '';
  return seconds.map((second, index) => {
    const text = dateTime(second * 1e6);
    const date = text.slice(5, 10);
    const time = step < 60 ? text.slice(11) : text.slice(11, 16);
    const changed = date !== day && (index > 0 || step >= 86_400);
    day = date;
    return changed ? date : time;
  });
}

export function rangeText(range: string | undefined): string {
  const { from, to } = parseRange(range);
  if (from === undefined) return 'All times';
  if (to === undefined) return `Last ${(range ?? '').replace('m', ' min').replace('h', ' h').replace('d', ' d')}`;
  const start = dateTime(from);
  const end = dateTime(to);
  return `${start} – ${start.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end}`;
}
