import { find, isBlank, SPACE, skipBlanks } from '../bytes/ascii.ts';
import { iso, monthDay } from '../time/timestamps.ts';
import { DEFAULT_DRAIN, type LogFormat } from './format.ts';
import { nestedGlog } from './glog.ts';
import type { Header } from './header.ts';
import { pidAt } from './layout.ts';
import { isLevel, priorityAt } from './severity.ts';

/** RFC 3164 as it is found: with or without `<PRI>`, with an ISO time, tags with brackets, no tag at all. */
export const syslog: LogFormat = {
  name: 'syslog',
  summary: 'BSD syslog (RFC 3164), also as written to files',
  fields: [],
  joining: 'indented',
  drain: DEFAULT_DRAIN,
  specificity: 5,
  scan(arena, start, end, header, calendar) {
    const from = priorityAt(arena, start, end, header);
    if (from < 0) return 'the syslog priority is wrong';
    const { bytes } = arena;
    header.time = monthDay(bytes, from, end, calendar);
    if (Number.isNaN(header.time) && bytes[from + 10] === 84) header.time = iso(bytes, from, end, calendar);
    if (Number.isNaN(header.time) || !isBlank(bytes[calendar.next])) return false;
    const host = skipBlanks(bytes, calendar.next, end);
    const hostEnd = find(bytes, SPACE, host, end);
    if (hostEnd < 0 || hostEnd === host || (isLetter(bytes[host]) && isLevel(bytes, host, hostEnd))) return false;
    header.hostStart = host;
    header.hostEnd = hostEnd;
    readTag(bytes, skipBlanks(bytes, hostEnd, end), end, header);
    nestedGlog(arena, header);
    return true;
  },
};

/** A capital one: a word in capitals that names a level is no host (`2026-03-01T14:15:00+0530 INFO …` is no syslog). */
function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 65 && byte <= 90;
}

/** `tag[pid]: message`; without a tag the rest is the message. */
function readTag(bytes: Uint8Array, start: number, end: number, header: Header): void {
  header.messageStart = start;
  header.messageEnd = end;
  let p = start;
  while (p < end && !isBlank(bytes[p]) && bytes[p] !== 91 && bytes[p] !== 58) p++;
  let tagEnd = p;
  if (bytes[p] === 91 && p < end) {
    const close = find(bytes, 93, p, Math.min(end, p + 64));
    if (close < 0) return;
    header.pid = pidAt(bytes, p + 1, close);
    p = close + 1;
  } else if (isBlank(bytes[p])) {
    // `syslogd 1.4.1: restart`: a version between tag and colon.
    const colon = find(bytes, 58, p, Math.min(end, p + 16));
    if (colon < 0 || (bytes[p + 1] as number) < 48 || (bytes[p + 1] as number) > 57) return;
    tagEnd = colon;
    p = colon;
  }
  if (p >= end || bytes[p] !== 58 || tagEnd === start) {
    header.pid = -1;
    return;
  }
  header.componentStart = start;
  header.componentEnd = tagEnd;
  header.messageStart = skipBlanks(bytes, p + 1, end);
}
