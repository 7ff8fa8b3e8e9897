import { isBlank, skipBlanks, startsWith } from '../bytes/ascii.ts';
import { DEFAULT_DRAIN, type LogFormat } from './format.ts';
import type { Header } from './header.ts';

const [BRACKET, OPEN, CLOSE, DOT, COLON, EQUALS] = [91, 40, 41, 46, 58, 61];
const UNFINISHED = '<unfinished ...>';
const FIELD = { arguments: 0, result: 1 } as const;
/** Digits of seconds since 1970, as `-ttt` prints them; fewer are times of day or since the last call. */
const EPOCH_DIGITS = 9;
const MOST_NAME = 64;

/**
 * Lines of strace, with or without `-f` and times. The message is the name of the call alone, so that a process is a sequence of calls;
 * arguments and result are fields. Signals, ends and the resumption of a call are messages of their own.
 */
export const strace: LogFormat = {
  name: 'strace',
  summary: 'system calls as strace prints them',
  fields: ['Arguments', 'Result'],
  joining: 'none',
  drain: DEFAULT_DRAIN,
  specificity: 17,
  scan({ bytes }, start, end, header) {
    let at = pidOf(bytes, skipBlanks(bytes, start, end), end, header);
    at = timeOf(bytes, at, end, header);
    if (startsWith(bytes, at, end, '--- SIG')) return say(header, at, before(bytes, at + 4, end, 32));
    if (startsWith(bytes, at, end, '+++ ')) return say(header, at, end);
    const resumed = startsWith(bytes, at, end, '<... ');
    const name = resumed ? at + 5 : at;
    let after = name;
    while (after < end && after - name < MOST_NAME && isNameByte(bytes[after] as number)) after++;
    if (after === name) return 'no name of a system call';
    if (resumed) {
      const word = ' resumed';
      return startsWith(bytes, after, end, word) ? say(header, at, after + word.length) : 'no resumed system call';
    }
    if (bytes[after] !== OPEN || after >= end) return 'no arguments of a system call';
    const last = lastNonBlank(bytes, after, end);
    if (last - UNFINISHED.length > after && startsWith(bytes, last - UNFINISHED.length, last, UNFINISHED)) {
      setField(header, FIELD.arguments, after + 1, last - UNFINISHED.length);
      return say(header, name, after);
    }
    for (let equals = last - 1; equals > after; equals--) {
      if (bytes[equals] !== EQUALS || !isBlank(bytes[equals - 1]) || !isBlank(bytes[equals + 1])) continue;
      const close = lastNonBlank(bytes, after, equals) - 1;
      if (bytes[close] !== CLOSE || close <= after) return 'no result of a system call';
      const result = skipBlanks(bytes, equals + 1, end);
      if (!isResult(bytes[result] as number)) return 'no result of a system call';
      setField(header, FIELD.arguments, after + 1, close);
      setField(header, FIELD.result, result, last);
      return say(header, name, after);
    }
    return 'no result of a system call';
  },
};

function say(header: Header, start: number, end: number): true {
  header.messageStart = start;
  header.messageEnd = end;
  return true;
}

function setField(header: Header, field: number, start: number, end: number): void {
  header.fieldStart[field] = start;
  header.fieldEnd[field] = end;
}

/** `[pid 123] ` or `123 ` before the rest. */
function pidOf(bytes: Uint8Array, start: number, end: number, header: Header): number {
  const bracketed = bytes[start] === BRACKET && startsWith(bytes, start, end, '[pid ');
  const from = bracketed ? skipBlanks(bytes, start + 5, end) : start;
  const to = digitsEnd(bytes, from, end);
  const ends = bracketed ? bytes[to] === 93 : isBlank(bytes[to]);
  if (to === from || to - from > 9 || to >= end || !ends) return start;
  header.pid = numberOf(bytes, from, to);
  return skipBlanks(bytes, to + 1, end);
}

/** Seconds since 1970 are a time; a time of day without a date and the time since the last call are none. */
function timeOf(bytes: Uint8Array, start: number, end: number, header: Header): number {
  const whole = digitsEnd(bytes, start, end);
  if (whole === start || (bytes[whole] !== DOT && bytes[whole] !== COLON)) return start;
  let to = whole;
  while (to < end && (isDigit(bytes[to] as number) || bytes[to] === COLON || bytes[to] === DOT)) to++;
  if (to >= end || !isBlank(bytes[to])) return start;
  if (bytes[whole] === DOT && whole - start >= EPOCH_DIGITS && whole - start <= 11) {
    const micros = Math.min(to, whole + 7);
    header.time = numberOf(bytes, start, whole) * 1e6 + numberOf(bytes, whole + 1, micros) * 10 ** (6 - (micros - whole - 1));
  }
  return skipBlanks(bytes, to, end);
}

function numberOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + (bytes[i] as number) - 48;
  return value;
}

function digitsEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isDigit(bytes[at] as number)) at++;
  return at;
}

function lastNonBlank(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(bytes[at - 1])) at--;
  return at;
}

function before(bytes: Uint8Array, start: number, end: number, byte: number): number {
  const at = bytes.subarray(start, end).indexOf(byte);
  return at < 0 ? end : start + at;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

function isNameByte(byte: number): boolean {
  return (byte >= 97 && byte <= 122) || isDigit(byte) || byte === 95;
}

/** A number, an address, or `?`. */
function isResult(byte: number): boolean {
  return isDigit(byte) || byte === 45 || byte === 63;
}
