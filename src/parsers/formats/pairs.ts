import type { TextArena } from '../bytes/arena.ts';
import { textTime } from '../time/any.ts';
import type { Calendar } from '../time/calendar.ts';
import { epochMicros } from '../time/epoch.ts';
import { eventType } from './event-type.ts';
import type { Header } from './header.ts';
import { setSeverity } from './severity.ts';

export type Scalar = string | number | boolean | null;

/** Names under which formats print the columns of an event, the preferred first: ECS, journald, Docker, common loggers. */
const TIME = [
  '@timestamp',
  'timestamp',
  'time',
  'ts',
  '__REALTIME_TIMESTAMP',
  '_SOURCE_REALTIME_TIMESTAMP',
  'datetime',
  'date',
  'eventTime',
  'EventTime',
  'TimeCreated',
  'UtcTime',
  'requestReceivedTimestamp',
  'stageTimestamp',
  't',
  'rt',
];
const MESSAGE = ['message', 'msg', 'MESSAGE', 'Message', 'log', 'short_message', 'event.original'];
const LEVEL = ['log.level', 'level', 'severity', 'lvl', 'levelname', 'loglevel', 'PRIORITY'];
const HOST = [
  'host.name',
  'host.hostname',
  'hostname',
  'host',
  '_HOSTNAME',
  'agent.hostname',
  'dvchost',
  'dhost',
  'computer_name',
  'Computer',
  'Hostname',
  'winlog.computer_name',
  'devname',
];
const COMPONENT = [
  'process.name',
  'SYSLOG_IDENTIFIER',
  '_COMM',
  'log.logger',
  'logger',
  'service.name',
  'service',
  'component',
  'program',
  'app',
];
const DATE = /^\d{4}-\d\d-\d\d$/;
const CLOCK = /^\d\d:\d\d:\d\d(?:\.\d{1,9})?$/;
const OFFSET = /^[+-]\d\d:?\d\d$/;
const PID = ['process.pid', '_PID', 'SYSLOG_PID', 'pid'];

/**
 * Fills a header from named values. Those with a column of their own go there, all others into the attributes. Without a
 * message the message is the remaining values as `name=value`; events that name their type have it as their template. Names are only ever
 * compared and printed, never assigned.
 */
export function fromPairs(pairs: ReadonlyMap<string, Scalar>, arena: TextArena, header: Header, calendar: Calendar): void {
  const rest = new Map(pairs);
  const take = (names: readonly string[], fits: (value: Scalar) => boolean): Scalar | undefined => {
    for (const name of names) {
      const value = rest.get(name);
      if (value === undefined || value === null || !fits(value)) continue;
      rest.delete(name);
      return value;
    }
    return undefined;
  };
  header.time = partedTime(rest, calendar);
  if (Number.isNaN(header.time)) {
    take(TIME, (value) => {
      header.time = timeOf(value, calendar);
      return !Number.isNaN(header.time);
    });
  }
  const level = take(LEVEL, (value) => value !== '');
  if (level !== undefined) setLevel(level, pairs.has('PRIORITY'), arena, header);
  const host = take(HOST, isText);
  if (host !== undefined) {
    header.hostStart = arena.put(String(host));
    header.hostEnd = arena.length;
  }
  const component = take(COMPONENT, isText);
  if (component !== undefined) {
    header.componentStart = arena.put(String(component));
    header.componentEnd = arena.length;
  }
  const pid = Number(take(PID, (value) => /^\d{1,10}$/.test(String(value))) ?? -1);
  header.pid = pid > 0x7fffffff ? -1 : pid;
  const message = take(MESSAGE, (value) => typeof value === 'string');
  header.verbatim = false;
  const text = pairs.has('__REALTIME_TIMESTAMP') ? journalText(String(message)) : String(message);
  header.messageStart = arena.put(message === undefined ? asText(rest) : text.trimEnd());
  header.messageEnd = arena.length;
  const type = eventType(pairs);
  if (type !== undefined) {
    header.typeStart = arena.put(type);
    header.typeEnd = arena.length;
  }
  if (rest.size === 0) return;
  header.attributesStart = arena.put(asJson(rest));
  header.attributesEnd = arena.length;
}

/** `date=2026-11-23 time=00:01:09 tz="+0000"`, as FortiGate prints it; takes them out. NaN where there is no such pair. */
function partedTime(rest: Map<string, Scalar>, calendar: Calendar): number {
  const [date, clock, zone] = [rest.get('date'), rest.get('time'), rest.get('tz')];
  if (typeof date !== 'string' || typeof clock !== 'string' || !DATE.test(date) || !CLOCK.test(clock)) return Number.NaN;
  const time = textTime(`${date}T${clock}${typeof zone === 'string' && OFFSET.test(zone) ? zone : ''}`, calendar);
  if (!Number.isNaN(time)) for (const name of ['date', 'time', 'tz']) rest.delete(name);
  return time;
}

/** The journal writes text with control characters as a list of its bytes. */
function journalText(text: string): string {
  return /^\d{1,3}(?:,\d{1,3})+$/.test(text) ? Buffer.from(text.split(',').map(Number)).toString('utf8') : text;
}

function isText(value: Scalar): boolean {
  return typeof value === 'string' && value !== '';
}

function timeOf(value: Scalar, calendar: Calendar): number {
  if (typeof value === 'number') return epochMicros(value);
  return typeof value === 'string' ? textTime(value, calendar) : Number.NaN;
}

function setLevel(level: Scalar, priority: boolean, arena: TextArena, header: Header): void {
  const number = Number(level);
  if (priority && Number.isInteger(number) && number >= 0 && number < 8) {
    setSeverity(arena, number, header);
    return;
  }
  header.levelStart = arena.put(String(level));
  header.levelEnd = arena.length;
}

function asText(pairs: ReadonlyMap<string, Scalar>): string {
  let text = '';
  for (const [name, value] of pairs) text += `${text === '' ? '' : ' '}${name}=${value}`;
  return text;
}

function asJson(pairs: ReadonlyMap<string, Scalar>): string {
  let text = '{';
  for (const [name, value] of pairs) text += `${text === '{' ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(value)}`;
  return `${text}}`;
}
