import { type Micros, VedetteError } from '../core/index.ts';

/** Hours of a week, in a zone's own time. */
export interface Schedule {
  /** 0 = Sunday; of the day on which the window begins. */
  readonly days: readonly number[];
  /** `HH:MM`, half-open; an end at or before the start lies on the next day. */
  readonly start: string;
  readonly end: string;
  /** IANA name; absent = UTC. */
  readonly timezone?: string;
}

const MINUTES = 24 * 60;
const zones = new Map<string, Intl.DateTimeFormat>();

/** Whether a time lies in one of the windows; never for an event without a time. */
export function withinSchedule({ days, start, end, timezone = 'UTC' }: Schedule, time: Micros): boolean {
  if (!Number.isFinite(time)) return false;
  const { day, minute } = localTime(time, timezone);
  const [from, to] = [minutesOf(start), minutesOf(end)];
  if (from < to) return days.includes(day) && minute >= from && minute < to;
  return (days.includes(day) && minute >= from) || (days.includes((day + 6) % 7) && minute < to);
}

function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return (hours * 60 + minutes) % MINUTES;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function localTime(time: Micros, timezone: string): { day: number; minute: number } {
  const parts = new Map(
    formatOf(timezone)
      .formatToParts(time / 1000)
      .map(({ type, value }) => [type, value]),
  );
  return { day: DAYS.indexOf(parts.get('weekday') ?? ''), minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = zones.get(timezone);
  if (known !== undefined) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    if (zones.size > 100) zones.clear();
    zones.set(timezone, format);
    return format;
  } catch (cause) {
    throw new VedetteError('USAGE', `there is no time zone ${timezone.slice(0, 64)}`, {
      hint: 'Write an IANA name such as Europe/Berlin.',
      cause,
    });
  }
}
