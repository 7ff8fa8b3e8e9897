import { zoneName, zoneOffset } from './zone.ts';

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

/** 2026-03-01T14:05:09.123 in the shown zone. */
function shown(time: number): string {
  const millis = Math.floor(time / 1000);
  const date = new Date(millis + zoneOffset(millis) * 60_000);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, -1);
}

/** Date and time in the shown zone: 2026-03-01 14:05:09; `exact` adds milliseconds where they are not zero. */
export function dateTime(time: Time, exact = false): string {
  if (!known(time)) return NONE;
  return `${shown(time).slice(0, -13)} ${clock(time, exact)}`;
}

/** Time of day in the shown zone. */
export function clock(time: Time, exact = false): string {
  if (!known(time)) return NONE;
  const text = shown(time).slice(-12);
  return exact ? text.replace(/\.000$/, '') : text.slice(0, 8);
}

/** Date and time with the zone: 2026-03-01 14:05:09 CET. */
export function zoned(time: Time): string {
  return known(time) ? `${dateTime(time)} ${zoneName(time / 1000)}` : NONE;
}

const MOMENT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z/g;

/** A sentence of the program with its moments in the shown zone and its arrows as such; what it quotes stays as it was written. */
export function prose(sentence: string): string {
  return sentence
    .split(/(“[^”]*”|"[^"]*")/)
    .map((part) =>
      /^["“]/.test(part) ? part : part.replace(MOMENT, (moment) => zoned(Date.parse(moment) * 1000)).replaceAll(' -> ', ' → '),
    )
    .join('');
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

const STEPS = [
  SECOND,
  5 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
];
const TICKS = 12;

/** Labels of bins by their starts: the bin in which a round time of the shown zone falls carries it, the others nothing. */
export function binLabels(starts: readonly number[]): string[] {
  const first = starts[0] ?? 0;
  const span = (starts.at(-1) ?? first) - first;
  const step = STEPS.find((one) => span / one <= TICKS) ?? Math.max(1, Math.ceil(span / DAY / TICKS)) * DAY;
  const ahead = (time: number) => zoneOffset(time / 1000) * MINUTE;
  const bin = (starts[1] ?? first) - first;
  const rounds = starts.map((start) => Math.ceil((start + ahead(start)) / step) * step - ahead(start));
  const at = starts.flatMap((start, index) => ((rounds[index] ?? 0) < start + bin ? [index] : []));
  const texts = axisLabels(at.map((index) => (rounds[index] ?? 0) / SECOND));
  const labels = new Map(at.map((one, index) => [one, texts[index] ?? '']));
  return starts.map((_, index) => labels.get(index) ?? '');
}

export function rangeText(range: string | undefined): string {
  const { from, to } = parseRange(range);
  if (from === undefined) return 'All times';
  if (to === undefined) return `Last ${(range ?? '').replace('m', ' min').replace('h', ' h').replace('d', ' d')}`;
  const start = dateTime(from);
  const end = dateTime(to);
  return `${start} – ${start.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end}`;
}
