import { VedetteError } from '../../core/index.ts';
import type { Mask } from './masks.ts';

interface Piece {
  readonly accepts: Uint8Array;
  readonly least: number;
  readonly most: number;
}

/**
 * A mask from a safe pattern: a sequence of characters, classes (`[0-9a-f]`, `[^ ]`, `\d`, `\w`, `\S`, `.`) and quantifiers
 * (`?`, `*`, `+`, `{2}`, `{2,}`, `{2,5}`). There are no groups or alternatives, and a quantifier takes all it can and gives
 * nothing back, so matching is linear whatever the line holds. A pattern is tried wherever a word or a symbol begins.
 */
export function compileMask(pattern: string): Mask {
  const pieces = parse(pattern);
  if (pieces.every(({ least }) => least === 0)) throw invalid(pattern, 'it matches nothing at all');
  return (bytes, start, end) => {
    let p = start;
    for (const { accepts, least, most } of pieces) {
      const from = p;
      while (p < end && p - from < most && accepts[bytes[p] as number] === 1) p++;
      if (p - from < least) return -1;
    }
    return p > start ? p : -1;
  };
}

function parse(pattern: string): Piece[] {
  const text = Buffer.from(pattern, 'utf8').toString('latin1');
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const [accepts, behind] = classAt(text, at, pattern);
    const [least, most, next] = quantifierAt(text, behind, pattern);
    pieces.push({ accepts, least, most });
    at = next;
  }
  if (pieces.length === 0) throw invalid(pattern, 'it is empty');
  return pieces;
}

function classAt(text: string, at: number, pattern: string): [Uint8Array, number] {
  const char = text[at] as string;
  if (char === '\\') return [escaped(text[at + 1], pattern), at + 2];
  if (char === '.') return [bytesOf((byte) => byte !== 32 && byte !== 9), at + 1];
  if (char === '[') return bracket(text, at + 1, pattern);
  if ('()|^$*+?{}]'.includes(char)) throw invalid(pattern, `"${char}" is not supported at position ${at + 1}`);
  return [bytesOf((byte) => byte === char.charCodeAt(0)), at + 1];
}

function bracket(text: string, from: number, pattern: string): [Uint8Array, number] {
  const close = text.indexOf(']', from + 1);
  if (close < 0) throw invalid(pattern, 'a "[" is not closed');
  const negated = text[from] === '^';
  const accepts = new Uint8Array(256);
  for (let at = negated ? from + 1 : from; at < close; at++) {
    if (text[at] === '\\') {
      const other = escaped(text[++at], pattern);
      for (let byte = 0; byte < 256; byte++) if (other[byte] === 1) accepts[byte] = 1;
      continue;
    }
    const low = text.charCodeAt(at);
    const ranged = text[at + 1] === '-' && at + 2 < close;
    const high = ranged ? text.charCodeAt(at + 2) : low;
    accepts.fill(1, low, high + 1);
    if (ranged) at += 2;
  }
  return [negated ? accepts.map((one) => 1 - one) : accepts, close + 1];
}

function quantifierAt(text: string, at: number, pattern: string): [number, number, number] {
  const char = text[at];
  if (char === '?') return [0, 1, at + 1];
  if (char === '*') return [0, Number.POSITIVE_INFINITY, at + 1];
  if (char === '+') return [1, Number.POSITIVE_INFINITY, at + 1];
  if (char !== '{') return [1, 1, at];
  const match = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(text.slice(at, at + 12));
  if (match === null) throw invalid(pattern, `a quantifier is wrong at position ${at + 1}`);
  const least = Number(match[1]);
  const most = match[2] === undefined ? least : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
  return [least, most, at + match[0].length];
}

function escaped(char: string | undefined, pattern: string): Uint8Array {
  if (char === undefined) throw invalid(pattern, 'it ends in a backslash');
  const isWord = (byte: number): boolean => /\w/.test(String.fromCharCode(byte)) || byte >= 128;
  if (char === 'd') return bytesOf((byte) => byte >= 48 && byte <= 57);
  if (char === 'w') return bytesOf(isWord);
  if (char === 'W') return bytesOf((byte) => !isWord(byte));
  if (char === 'S') return bytesOf((byte) => byte !== 32 && byte !== 9);
  if (/[a-zA-Z0-9]/.test(char)) throw invalid(pattern, `"\\${char}" is not supported`);
  return bytesOf((byte) => byte === char.charCodeAt(0));
}

function bytesOf(accepts: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (accepts(byte) ? 1 : 0));
}

function invalid(pattern: string, why: string): VedetteError {
  return new VedetteError('CONFIG_INVALID', `mask "${pattern}": ${why}`, {
    hint: 'use characters, classes such as [0-9a-f], \\d, \\w, \\S and quantifiers; no groups or alternatives',
  });
}
