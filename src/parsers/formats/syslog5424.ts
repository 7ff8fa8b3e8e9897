import { decodeUtf8 } from '../../core/index.ts';
import type { TextArena } from '../bytes/arena.ts';
import { find, isDigit, SPACE } from '../bytes/ascii.ts';
import { iso } from '../time/timestamps.ts';
import { DEFAULT_DRAIN, type LogFormat } from './format.ts';
import { pidAt } from './layout.ts';
import { priorityAt } from './severity.ts';

const FIELDS = ['Time', 'Level', 'Host', 'AppName', 'ProcId', 'MsgId', 'StructuredData'];
/** Places of the fields. */
export const SYSLOG_FIELD = { time: 0, level: 1, host: 2, appName: 3, procId: 4, msgId: 5, structuredData: 6 } as const;
const { time: TIME, level: LEVEL, host: HOST, appName: APP_NAME, procId: PROC_ID, msgId: MSG_ID, structuredData: DATA } = SYSLOG_FIELD;

/** `<PRI>VERSION TIME HOST APP PROCID MSGID [structured data] message` */
export const syslog5424: LogFormat = {
  name: 'syslog-5424',
  summary: 'syslog with structured data (RFC 5424)',
  fields: FIELDS,
  joining: 'none',
  drain: DEFAULT_DRAIN,
  specificity: 15,
  scan(arena, start, end, header, calendar) {
    let p = priorityAt(arena, start, end, header);
    if (p <= start) return false;
    const { bytes } = arena;
    if (!isDigit(bytes[p]) || bytes[p + 1] !== SPACE) return false;
    p += 2;
    if (bytes[p] === 45 && bytes[p + 1] === SPACE) {
      p += 2;
    } else {
      header.time = iso(bytes, p, end, calendar);
      if (Number.isNaN(header.time) || bytes[calendar.next] !== SPACE) return 'the syslog time is wrong';
      header.fieldStart[TIME] = p;
      header.fieldEnd[TIME] = calendar.next;
      p = calendar.next + 1;
    }
    for (let f = HOST; f <= MSG_ID; f++) {
      const stop = find(bytes, SPACE, p, end);
      if (stop < 0) return 'a syslog header field is missing';
      if (stop > p && !(stop === p + 1 && bytes[p] === 45)) {
        header.fieldStart[f] = p;
        header.fieldEnd[f] = stop;
      }
      p = stop + 1;
    }
    header.fieldStart[LEVEL] = header.levelStart;
    header.fieldEnd[LEVEL] = header.levelEnd;
    header.hostStart = header.fieldStart[HOST] as number;
    header.hostEnd = header.fieldEnd[HOST] as number;
    header.componentStart = header.fieldStart[APP_NAME] as number;
    header.componentEnd = header.fieldEnd[APP_NAME] as number;
    header.pid = pidAt(bytes, header.fieldStart[PROC_ID] as number, header.fieldEnd[PROC_ID] as number);
    const behind = structuredDataEnd(bytes, p, end);
    if (behind < 0) return 'the structured data is not closed';
    if (bytes[p] === 91) {
      header.fieldStart[DATA] = p;
      header.fieldEnd[DATA] = behind;
      putStructuredData(arena, p, behind, header);
    }
    p = bytes[behind] === SPACE ? behind + 1 : behind;
    if (bytes[p] === 0xef && bytes[p + 1] === 0xbb && bytes[p + 2] === 0xbf) p += 3;
    header.messageStart = Math.min(p, end);
    header.messageEnd = end;
    return true;
  },
};

function structuredDataEnd(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] === 45) return start + 1;
  let p = start;
  while (p < end && bytes[p] === 91) {
    let quoted = false;
    for (p++; p < end && (quoted || bytes[p] !== 93); p++) {
      if (bytes[p] === 92 && quoted) p++;
      else if (bytes[p] === 34) quoted = !quoted;
    }
    if (p >= end) return -1;
    p++;
  }
  return p > start ? p : -1;
}

const ELEMENT = /\[([^\s\]="]+)|([^\s\]="[]+)="((?:[^"\\]|\\.)*)"/gs;

/** As one object: `{"id.name": "value"}`. */
function putStructuredData(arena: TextArena, start: number, end: number, header: { attributesStart: number; attributesEnd: number }): void {
  const found = new Map<string, string>();
  let id = '';
  for (const [, element, name, value] of decodeUtf8(arena.bytes, start, end).matchAll(ELEMENT)) {
    if (element !== undefined) id = element;
    else if (name !== undefined) found.set(`${id}.${name}`, (value ?? '').replace(/\\([\\"\]])/g, '$1'));
  }
  if (found.size === 0) return;
  header.attributesStart = arena.put(JSON.stringify(Object.fromEntries(found)));
  header.attributesEnd = arena.length;
}
