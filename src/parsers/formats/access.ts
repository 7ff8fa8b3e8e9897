import { find, isDigit, SPACE, skipBlanks } from '../bytes/ascii.ts';
import { commonLog } from '../time/timestamps.ts';
import { DEFAULT_DRAIN, type LogFormat } from './format.ts';
import type { Header } from './header.ts';

const QUOTE = 34;

function access(name: string, summary: string, fields: readonly string[], specificity: number): LogFormat {
  const combined = fields.length > 7;
  return {
    name,
    summary,
    fields,
    joining: 'none',
    drain: DEFAULT_DRAIN,
    specificity,
    telling: true,
    scan(arena, start, end, header, calendar) {
      const { bytes } = arena;
      // Exported sets wrap the whole line in quotes.
      const wrapped = bytes[start] === QUOTE;
      const limit = wrapped && bytes[end - 1] === QUOTE ? end - 1 : end;
      let p = wrapped ? start + 1 : start;
      for (let f = 0; f < 3; f++) {
        const stop = find(bytes, SPACE, p, limit);
        if (stop <= p) return false;
        setField(header, f, p, stop);
        p = skipBlanks(bytes, stop, limit);
        // A user name may hold blanks; it ends where the time begins.
        if (f === 2 && bytes[p] !== 91) {
          const open = find(bytes, 91, p, limit);
          if (open < 0) return false;
          setField(header, f, header.fieldStart[2] as number, open - 1);
          p = open;
        }
      }
      if (bytes[p] !== 91) return false;
      header.time = commonLog(bytes, p + 1, limit, calendar);
      const close = Number.isNaN(header.time) ? -1 : find(bytes, 93, p + 1, Math.min(limit, p + 40));
      if (close < 0) return false;
      setField(header, 3, p + 1, close);
      p = skipBlanks(bytes, close + 1, limit);
      const request = p;
      p = quotedEnd(bytes, p, limit);
      if (p < 0) return false;
      setField(header, 4, request + 1, p - 1);
      for (let f = 5; f < 7; f++) {
        const from = skipBlanks(bytes, p, limit);
        p = from;
        while (p < limit && bytes[p] !== SPACE) p++;
        if (p === from || (!isDigit(bytes[from]) && bytes[from] !== 45)) return false;
        setField(header, f, from, p);
      }
      header.hostStart = header.fieldStart[0] as number;
      header.hostEnd = header.fieldEnd[0] as number;
      header.messageStart = request;
      header.messageEnd = p;
      if (!combined) return true;
      for (let f = 7; f < 9; f++) {
        const from = skipBlanks(bytes, p, limit);
        p = quotedEnd(bytes, from, limit);
        if (p < 0) return false;
        setField(header, f, from + 1, p - 1);
      }
      return true;
    },
  };
}

const COMMON = ['Client', 'Identity', 'User', 'Time', 'Request', 'Status', 'Bytes'];

/** The client's address is taken as the host, so that what one client does is seen together. */
export const accessCommon = access('access-common', 'Apache and nginx access log, common log format', COMMON, 10);
export const accessCombined = access(
  'access-combined',
  'Apache and nginx access log, combined format',
  [...COMMON, 'Referer', 'UserAgent'],
  11,
);

function setField(header: Header, field: number, start: number, end: number): void {
  header.fieldStart[field] = start;
  header.fieldEnd[field] = end;
}

/** Position behind the quoted text at `start`; a backslash protects the byte after it. */
function quotedEnd(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== QUOTE) return -1;
  for (let p = start + 1; p < end; p++) {
    if (bytes[p] === 92) p++;
    else if (bytes[p] === QUOTE) return p + 1;
  }
  return -1;
}
