import { type Micros, VedetteError } from '../../core/index.ts';

/** A range of time whose ends belong to it or not. */
export interface TimeRange {
  readonly from: Micros;
  readonly to: Micros;
  readonly includesFrom: boolean;
  readonly includesTo: boolean;
}

const RANGE = /^([<([])\s*([0-9TZ:. +-]{4,40}?)\s*,\s*([0-9TZ:. +-]{4,40}?)\s*([>)\]])$/;

/** DEEP MODS: `<2019-06-01,2019-06-03)`; `<` and `>` include the end, `(` and `)` leave it out. Times are UTC. */
export function parseTimeRange(text: string): TimeRange {
  const match = RANGE.exec(text.trim().slice(0, 100));
  const from = match === null ? Number.NaN : utc(match[2] as string);
  const to = match === null ? Number.NaN : utc(match[3] as string);
  if (match === null || !(from <= to)) {
    throw new VedetteError('CONFIG_INVALID', `time range ${text.slice(0, 100)} cannot be read`, {
      hint: 'write it as <2019-06-01,2019-06-03), with < > for ends that belong to it and ( ) for ends that do not',
    });
  }
  return { from, to, includesFrom: match[1] !== '(', includesTo: match[4] !== ')' };
}

export function inRange(range: TimeRange, time: Micros): boolean {
  return (range.includesFrom ? time >= range.from : time > range.from) && (range.includesTo ? time <= range.to : time < range.to);
}

function utc(text: string): number {
  const iso = text.trim().replace(' ', 'T');
  return Date.parse(/(Z|[+-]\d{2}:\d{2})$/.test(iso) || iso.length <= 10 ? iso : `${iso}Z`) * 1000;
}
