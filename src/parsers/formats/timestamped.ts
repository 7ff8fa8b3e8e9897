import { find, isBlank, skipBlanks } from '../bytes/ascii.ts';
import { anyTimestamp } from '../time/any.ts';
import { DEFAULT_DRAIN, type LogFormat } from './format.ts';
import { isLevel } from './severity.ts';

const OPEN = 91;
const CLOSE = 93;

/** A time in any known form at the start of the line, also in brackets, a level if one follows, and the message. */
export const timestamped: LogFormat = {
  name: 'timestamped',
  summary: 'lines that begin with a time, with or without a level',
  fields: ['Time', 'Level', 'Thread'],
  joining: 'headerless',
  drain: DEFAULT_DRAIN,
  specificity: 1,
  scan(arena, start, end, header, calendar) {
    const { bytes } = arena;
    const bracketed = bytes[start] === OPEN;
    const from = bracketed ? start + 1 : start;
    header.time = anyTimestamp(bytes, from, end, calendar);
    if (Number.isNaN(header.time)) return false;
    let p = calendar.next;
    header.fieldStart[0] = from;
    header.fieldEnd[0] = p;
    if (bracketed) {
      if (bytes[p] !== CLOSE) return false;
      p++;
    }
    if (p < end && !isBlank(bytes[p]) && !SEPARATORS.has(bytes[p] as number) && bytes[p] !== OPEN) return false;
    p = skipSeparators(bytes, p, end);
    header.messageStart = p;
    header.messageEnd = end;
    p = readLevel(bytes, p, end, header) ? header.messageStart : p;
    if (header.levelStart < 0 && bytes[p] === OPEN) {
      // `[thread] LEVEL message`
      const close = find(bytes, CLOSE, p, Math.min(end, p + 128));
      if (close > 0 && readLevel(bytes, skipSeparators(bytes, close + 1, end), end, header)) {
        header.fieldStart[2] = p + 1;
        header.fieldEnd[2] = close;
      }
    }
    header.fieldStart[1] = header.levelStart;
    header.fieldEnd[1] = header.levelEnd;
    return true;
  },
};

const SEPARATORS = new Set([44, 45, 58, 59, 124]);

function skipSeparators(bytes: Uint8Array, start: number, end: number): number {
  let p = skipBlanks(bytes, start, end);
  while (p < end && SEPARATORS.has(bytes[p] as number) && (p + 1 >= end || isBlank(bytes[p + 1]) || bytes[p] === 124)) {
    p = skipBlanks(bytes, p + 1, end);
  }
  return p;
}

/** A level at `start`, bare or in brackets, possibly with a colon behind it; the message then begins behind that. */
function readLevel(
  bytes: Uint8Array,
  start: number,
  end: number,
  header: { levelStart: number; levelEnd: number; messageStart: number },
): boolean {
  const bracketed = bytes[start] === OPEN;
  const from = bracketed ? start + 1 : start;
  let p = from;
  while (p < end && p - from < 12 && ((bytes[p] as number) | 32) >= 97 && ((bytes[p] as number) | 32) <= 122) p++;
  if (!isLevel(bytes, from, p)) return false;
  if (bracketed ? bytes[p] !== CLOSE : p < end && !isBlank(bytes[p]) && !SEPARATORS.has(bytes[p] as number)) return false;
  header.levelStart = from;
  header.levelEnd = p;
  let behind = bracketed ? p + 1 : p;
  if (bytes[behind] === 58 || bytes[behind] === 124) behind++;
  header.messageStart = skipSeparators(bytes, behind, end);
  return true;
}
