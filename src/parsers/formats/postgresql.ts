import { isIP } from 'node:net';
import { find, fourDigits, isBlank, isDigit, skipBlanks, twoDigits } from '../bytes/ascii.ts';
import { abbreviatedOffset } from '../time/abbreviations.ts';
import type { Calendar } from '../time/calendar.ts';
import { clockAt, fractionAt, offsetAt } from '../time/timestamps.ts';
import { DEFAULT_DRAIN, type LogFormat } from './format.ts';
import type { Header } from './header.ts';

const COLON = 58;
/** Words that the server writes before `:` and two blanks: severities, and what follows a message in lines of its own. */
const LEVELS = new Set(
  'DEBUG DEBUG1 DEBUG2 DEBUG3 DEBUG4 DEBUG5 LOG INFO NOTICE WARNING ERROR FATAL PANIC DETAIL HINT STATEMENT CONTEXT QUERY LOCATION BACKTRACE'.split(
    ' ',
  ),
);
const LONGEST_LEVEL = 9;
const LONGEST_ADDRESS = 45;
const LONGEST_ZONE = 6;
/** The level begins within so many bytes of the prefix. */
const LONGEST_PREFIX = 512;

const FIELDS = ['Time', 'Level', 'Process', 'User', 'Database', 'RemoteHost'];
const [TIME, LEVEL, PROCESS, USER, DATABASE, REMOTE_HOST] = [0, 1, 2, 3, 4, 5] as const;

const PID = /\[(\d{1,10})(?:-\d{1,10})?\]/;
const V4 = String.raw`(?:\d{1,3}\.){3}\d{1,3}`;
const IP = String.raw`(${V4}|[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?:${V4})?)(?=\(\d{1,5}\)|[\s:,]|$)`;
const ADDRESS = new RegExp(String.raw`(?<![\w.-])${IP}`, 'gi');
const NAMED_ADDRESS = new RegExp(`(?<!\\w)(?:client|host|remote)=${IP}`, 'gi');
const NAMED_USER = /\buser=([^,\s]{1,256})/;
const NAMED_DATABASE = /\b(?:db|database)=([^,\s]{1,256})/;
const USER_AT_DATABASE = /([^\s:@,]{1,256})@([^\s:@,]{1,256})/;
/** What a peer gives as its name when it is refused. */
const REFUSED_NAME = /^(?:"?\w{2,20}"?) authentication failed for user "(.{1,256})"$/s;

/**
 * PostgreSQL's log on standard error: `log_line_prefix`, a severity, a colon, two blanks, the message. Read of the prefix are a time with its zone
 * (`%m`, `%t`), possibly behind the peer's address, and where they are in it `[%p]`, `%u@%d` or `user=%u,db=%d`, and the address of the peer (`%h`, `%r`)
 * before the user's name or as `client=%h`: what stands behind a name that the peer chose could be part of it.
 */
export const postgresql: LogFormat = {
  name: 'postgresql',
  summary: 'PostgreSQL server log with the usual prefixes (log_line_prefix)',
  fields: FIELDS,
  joining: 'headerless',
  drain: DEFAULT_DRAIN,
  specificity: 17,
  telling: true,
  scan(arena, start, end, header, calendar) {
    const { bytes } = arena;
    const time = timeStart(bytes, start, end);
    header.time = zonedTime(bytes, time, end, calendar);
    if (Number.isNaN(header.time)) return false;
    const prefix = calendar.next;
    const level = levelAt(bytes, prefix, end);
    if (level < 0) return false;
    const colon = find(bytes, COLON, level, end);
    setField(header, TIME, time, prefix);
    setField(header, LEVEL, level, colon);
    header.levelStart = level;
    header.levelEnd = colon;
    header.messageStart = skipBlanks(bytes, colon + 1, end);
    header.messageEnd = end;
    readPrefix(bytes, prefix, level, header);
    if (time > start) setField(header, REMOTE_HOST, start, time - 1);
    header.hostStart = header.fieldStart[REMOTE_HOST] as number;
    header.hostEnd = header.fieldEnd[REMOTE_HOST] as number;
    return true;
  },
};

/** Position of the time: the start, or behind an address that stands before it. */
function timeStart(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start + 4] === 45 && bytes[start + 10] === 32) return start;
  const blank = find(bytes, 32, start, Math.min(end, start + LONGEST_ADDRESS + 1));
  if (blank < 0) return start;
  for (let at = start; at < blank; at++) if (!isAddressByte(bytes[at] as number)) return start;
  return blank + 1;
}

function isAddressByte(byte: number): boolean {
  const letter = byte | 32;
  return isDigit(byte) || byte === 46 || byte === COLON || (letter >= 97 && letter <= 102);
}

/** `2026-11-20 08:00:01.970 UTC` (or `CET`, `+02`): the zone is always printed; one that means several offsets is taken to be that of the calendar. */
function zonedTime(bytes: Uint8Array, start: number, end: number, calendar: Calendar): number {
  if (end - start < 23 || bytes[start + 4] !== 45 || bytes[start + 7] !== 45 || bytes[start + 10] !== 32) return Number.NaN;
  const ofDay = clockAt(bytes, start + 11) + fractionAt(bytes, start + 19, end, calendar);
  const [year, month, day] = [fourDigits(bytes, start), twoDigits(bytes, start + 5), twoDigits(bytes, start + 8)];
  const { next } = calendar;
  if (Number.isNaN(ofDay) || bytes[next] !== 32) return Number.NaN;
  const printed = offsetAt(bytes, next + 1, end, calendar);
  if (!Number.isNaN(printed)) return calendar.at(year, month, day, ofDay, printed);
  let p = next + 1;
  while (p < end && p - next <= LONGEST_ZONE && isCapital(bytes[p] as number)) p++;
  if (p - next < 3 || p - next > LONGEST_ZONE || p >= end) return Number.NaN;
  calendar.next = p;
  const offset = abbreviatedOffset(String.fromCharCode(...bytes.subarray(next + 1, p)));
  return offset === undefined ? calendar.local(year, month, day, ofDay) : calendar.at(year, month, day, ofDay, offset);
}

function isCapital(byte: number): boolean {
  return byte >= 65 && byte <= 90;
}

/** Where the first word begins that is a level with a colon and two blanks behind it; -1 where there is none. */
function levelAt(bytes: Uint8Array, start: number, end: number): number {
  const limit = Math.min(end, start + LONGEST_PREFIX) - 2;
  for (let at = start; at < limit; at++) {
    if (bytes[at] !== COLON || bytes[at + 1] !== 32 || bytes[at + 2] !== 32) continue;
    let from = at;
    while (from > start && at - from <= LONGEST_LEVEL && (isCapital(bytes[from - 1] as number) || isDigit(bytes[from - 1]))) from--;
    const before = bytes[from - 1];
    if (!isBlank(before) && before !== COLON && before !== 93) continue;
    if (from < at && LEVELS.has(String.fromCharCode(...bytes.subarray(from, at)))) return from;
  }
  return -1;
}

/** Process, user, database and peer in the prefix between the time and the level. */
function readPrefix(bytes: Uint8Array, start: number, end: number, header: Header): void {
  const text = latin1(bytes, start, end);
  const message = header.messageEnd - header.messageStart < LONGEST_PREFIX ? latin1(bytes, header.messageStart, header.messageEnd) : '';
  // A field and no process id of the header: a backend serves as long as its client stays, so its lines make no sessions that resemble each other.
  const process = PID.exec(text);
  if (process !== null) setPart(header, PROCESS, start + process.index + 1, process[1] as string);
  const refused = REFUSED_NAME.exec(message)?.[1];
  const trusted = refused === undefined ? text : withoutName(text, refused);
  const parted = USER_AT_DATABASE.exec(text);
  const user = NAMED_USER.exec(text) ?? parted;
  if (user !== null) setPart(header, USER, start + user.index + user[0].indexOf(user[1] as string), user[1] as string);
  const database = NAMED_DATABASE.exec(text) ?? parted;
  const name = database?.at(-1) ?? '';
  if (database !== null) setPart(header, DATABASE, start + database.index + database[0].length - name.length, name);
  const at = trusted.indexOf('@');
  const address = addresses(trusted, NAMED_ADDRESS).at(-1) ?? addresses(at < 0 ? trusted : trusted.slice(0, at), ADDRESS)[0];
  const host = address?.[1] ?? '';
  if (address !== undefined) setPart(header, REMOTE_HOST, start + address.index + address[0].length - host.length, host);
}

/** The name blanked where a prefix has one: before `@`, behind `user=`, at its end. Positions stay. */
function withoutName(prefix: string, name: string): string {
  const blank = ' '.repeat(name.length);
  const rest = prefix.replaceAll(`${name}@`, `${blank}@`).replaceAll(`user=${name},`, `user=${blank},`);
  return rest.trimEnd().endsWith(` ${name}`) ? `${rest.slice(0, rest.lastIndexOf(name))}${blank} ` : rest;
}

function addresses(text: string, pattern: RegExp): RegExpExecArray[] {
  return [...text.matchAll(pattern)].filter((found) => isIP(found[1] as string) !== 0);
}

function setPart(header: Header, field: number, start: number, text: string): void {
  if (text !== '[unknown]') setField(header, field, start, start + text.length);
}

function setField(header: Header, field: number, start: number, end: number): void {
  header.fieldStart[field] = start;
  header.fieldEnd[field] = end;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
