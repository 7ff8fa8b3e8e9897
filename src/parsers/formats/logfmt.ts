import { decodeUtf8 } from '../../core/index.ts';
import { isBlank, skipBlanks } from '../bytes/ascii.ts';
import { DEFAULT_DRAIN, type LogFormat } from './format.ts';
import { fromPairs, type Scalar } from './pairs.ts';
import { priorityAt } from './severity.ts';

const MOST_FIELDS = 1000;

/** `key=value key="quoted value" flag`, also behind a syslog priority, as FortiGate sends it. At least two pairs, the first thing a pair. */
export const logfmt: LogFormat = {
  name: 'logfmt',
  summary: 'key=value lines (logfmt)',
  fields: [],
  joining: 'none',
  drain: DEFAULT_DRAIN,
  specificity: 7,
  scan(arena, start, end, header, calendar) {
    const from = priorityAt(arena, start, end, header);
    if (from < 0) return 'the syslog priority is wrong';
    const pairs = readPairs(arena.bytes, from, end);
    if (typeof pairs === 'string') return pairs;
    fromPairs(pairs, arena, header, calendar);
    return true;
  },
};

function readPairs(bytes: Uint8Array, start: number, end: number): Map<string, Scalar> | string {
  const pairs = new Map<string, Scalar>();
  let named = 0;
  for (let p = skipBlanks(bytes, start, end); p < end; p = skipBlanks(bytes, p, end)) {
    const from = p;
    while (p < end && isNameByte(bytes[p] as number)) p++;
    if (p === from || pairs.size >= MOST_FIELDS) return 'not key=value pairs';
    const name = decodeUtf8(bytes, from, p);
    if (bytes[p] !== 61 || p >= end) {
      if (named === 0 || (p < end && !isBlank(bytes[p]))) return 'not key=value pairs';
      pairs.set(name, true);
      continue;
    }
    const value = ++p;
    if (bytes[p] === 34 && p < end) {
      for (p++; p < end && bytes[p] !== 34; p++) if (bytes[p] === 92) p++;
      if (p >= end) return 'a quote is not closed';
      pairs.set(name, unescaped(decodeUtf8(bytes, value + 1, p)));
      p++;
    } else {
      while (p < end && !isBlank(bytes[p])) p++;
      pairs.set(name, decodeUtf8(bytes, value, p));
    }
    named++;
  }
  return named >= 2 ? pairs : 'fewer than two key=value pairs';
}

function isNameByte(byte: number): boolean {
  return (
    (byte >= 97 && byte <= 122) ||
    (byte >= 65 && byte <= 90) ||
    (byte >= 48 && byte <= 57) ||
    byte === 95 ||
    byte === 45 ||
    byte === 46 ||
    byte === 64
  );
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/gs, (_, char: string) => (char === 'n' ? '\n' : char === 't' ? '\t' : char)) : text;
}
