import type { LogBatch, Template, TextColumn } from '../core/index.ts';
import { decodeUtf8 } from '../core/index.ts';
import { isPlannable, planKeys, plannedKeys } from './prefixed-keys.ts';
import type { SessionKey } from './session-key.ts';
import { ShapePlans } from './shape-plans.ts';
import { classify, isLetterOrDigit, isTokenByte, type Token, TokenKind } from './token.ts';

/** Bytes of a message that are searched for keys; an attacker's endless line costs no more than this. */
export const SEARCHED_BYTES = 16_384;
/** A regular expression of the operator's sees no more than this. */
const PATTERN_BYTES = 2_048;
/** Identifiers one line may name. */
const MAX_KEYS_PER_ROW = 1_024;

/** The keys of one row as spans of bytes; owned and reused by the reader. */
export interface FoundKeys {
  bytes: Uint8Array;
  count: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

export type KeyReader = (batch: LogBatch, row: number, templates: readonly Template[]) => FoundKeys;

const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();

/** Compiles a session key into a reader that finds its values in a row without making strings where it can. */
export function keyReader(key: SessionKey): KeyReader {
  const found: FoundKeys = {
    bytes: NO_BYTES,
    count: 0,
    start: new Int32Array(MAX_KEYS_PER_ROW),
    end: new Int32Array(MAX_KEYS_PER_ROW),
  };
  switch (key.kind) {
    case 'pid':
      return (batch, row) => ((batch.pid[row] as number) > 0 ? whole(found, encoder.encode(String(batch.pid[row]))) : none(found));
    case 'host':
    case 'component': {
      const column = key.kind;
      return (batch, row) => {
        const value = batch[column].values[batch[column].codes[row] as number];
        return value === undefined || value === '' ? none(found) : whole(found, encoder.encode(value));
      };
    }
    case 'field':
      return (batch, row) => {
        const column = batch.fields !== undefined && Object.hasOwn(batch.fields, key.name) ? batch.fields[key.name] : undefined;
        return column === undefined ? none(found) : span(found, column.bytes, column.start[row] as number, column.end[row] as number);
      };
    case 'parameter':
      return (batch, row, templates) => {
        const at = (batch.parameters.first[row] as number) + key.index;
        if (templates[batch.template[row] as number]?.id !== key.template || at >= (batch.parameters.first[row + 1] as number))
          return none(found);
        return span(found, batch.parameters.bytes, batch.parameters.start[at] as number, batch.parameters.end[at] as number);
      };
    case 'pattern':
      return patternReader(key.source, found);
    case 'prefix':
      return prefixReader(key.prefix, found);
    case 'keyword':
      return keywordReader(encoder.encode(key.word), found);
    default:
      return tokenReader(key, found);
  }
}

function none(found: FoundKeys): FoundKeys {
  found.count = 0;
  return found;
}

function whole(found: FoundKeys, bytes: Uint8Array): FoundKeys {
  return span(found, bytes, 0, bytes.length);
}

function span(found: FoundKeys, bytes: Uint8Array, start: number, end: number): FoundKeys {
  found.bytes = bytes;
  found.count = start < 0 || end <= start ? 0 : 1;
  found.start[0] = start;
  found.end[0] = end;
  return found;
}

function push(found: FoundKeys, start: number, end: number): void {
  if (found.count >= MAX_KEYS_PER_ROW) return;
  const { bytes } = found;
  for (let i = 0; i < found.count; i++) {
    const from = found.start[i] as number;
    if ((found.end[i] as number) - from === end - start && equal(bytes, from, start, end - start)) return;
  }
  found.start[found.count] = start;
  found.end[found.count++] = end;
}

function equal(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}

function messageEnd(message: TextColumn, row: number): number {
  return Math.min(message.end[row] as number, (message.start[row] as number) + SEARCHED_BYTES);
}

/** `blk_-123` for the prefix `blk_`: the token begins with the prefix and holds a digit after it. */
function prefixReader(text: string, found: FoundKeys): KeyReader {
  const prefix = encoder.encode(text);
  const first = prefix[0] as number;
  const length = prefix.length;
  const plans = isPlannable(text) ? new ShapePlans((shape, code) => planKeys(prefix, shape, code)) : undefined;
  const add = (start: number, end: number): void => push(found, start, end);
  return (batch, row) => {
    const { bytes } = batch.message;
    found.bytes = bytes;
    found.count = 0;
    const plan = plans?.of(batch, row);
    if (plan !== undefined && plannedKeys(plan, prefix, batch, row, add)) return found;
    const start = batch.message.start[row] as number;
    const end = start < 0 ? 0 : messageEnd(batch.message, row);
    found.count = 0;
    for (let at = start; at >= 0 && at + length < end; at++) {
      if (bytes[at] !== first || (at > start && isLetterOrDigit(bytes[at - 1] as number))) continue;
      let i = 1;
      while (i < length && bytes[at + i] === prefix[i]) i++;
      if (i < length) continue;
      let to = at + length;
      let digit = false;
      let lastWord = to;
      while (to < end && isTokenByte(bytes[to] as number)) {
        const byte = bytes[to++] as number;
        if (isLetterOrDigit(byte)) lastWord = to;
        if (byte >= 48 && byte <= 57) digit = true;
      }
      if (digit) push(found, at, lastWord);
      at = to;
    }
    return found;
  };
}

/** `user root`, `user=root`, `user: root`: the token after the word. */
function keywordReader(word: Uint8Array, found: FoundKeys): KeyReader {
  const length = word.length;
  return (batch, row) => {
    const { bytes } = batch.message;
    const start = batch.message.start[row] as number;
    const end = start < 0 ? 0 : messageEnd(batch.message, row);
    found.bytes = bytes;
    found.count = 0;
    for (let at = start; at >= 0 && at + length < end; at++) {
      if (at > start && isTokenByte(bytes[at - 1] as number)) continue;
      let i = 0;
      while (i < length && ((bytes[at + i] as number) | 32) === word[i]) i++;
      if (i < length) continue;
      let from = at + length;
      while (from < end && isBetween(bytes[from] as number)) from++;
      let to = from;
      while (to < end && isTokenByte(bytes[to] as number)) to++;
      while (to > from && !isLetterOrDigit(bytes[to - 1] as number)) to--;
      if (from > at + length && to > from) push(found, from, to);
    }
    return found;
  };
}

/** Between a keyword and its value: blank = : # [ ( ' " */
export function isBetween(byte: number): boolean {
  return byte === 32 || byte === 61 || byte === 58 || byte === 35 || byte === 91 || byte === 40 || byte === 39 || byte === 34;
}

function tokenReader(key: SessionKey, found: FoundKeys): KeyReader {
  const token: Token = { start: 0, end: 0, kind: 0, prefixEnd: 0, digits: 0 };
  const kind = TokenKind[key.kind as 'ip' | 'uuid' | 'hex' | 'pointer' | 'mac'];
  const prefix = encoder.encode(key.kind === 'uuid' ? key.prefix : '');
  const length = key.kind === 'hex' ? key.length : 0;
  return (batch, row) => {
    const { bytes } = batch.message;
    const start = batch.message.start[row] as number;
    const end = start < 0 ? 0 : messageEnd(batch.message, row);
    found.bytes = bytes;
    found.count = 0;
    let at = Math.max(start, 0);
    while (at < end) {
      while (at < end && !isTokenByte(bytes[at] as number)) at++;
      const from = at;
      let dots = 0;
      let colons = 0;
      for (; at < end; at++) {
        const byte = bytes[at] as number;
        if (!isTokenByte(byte)) break;
        if (byte === 46) dots++;
        else if (byte === 58) colons++;
      }
      if (at - from < 3 || (kind === TokenKind.ip && dots < 3 && colons < 2)) continue;
      if (!classify(bytes, from, at, token) || token.kind !== kind) continue;
      if (length > 0 && token.end - token.start !== length) continue;
      if (kind === TokenKind.uuid && !hasPrefix(bytes, token, prefix)) continue;
      push(found, token.start, token.end);
    }
    return found;
  };
}

function hasPrefix(bytes: Uint8Array, token: Token, prefix: Uint8Array): boolean {
  if (token.prefixEnd - token.start !== prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[token.start + i] !== prefix[i]) return false;
  return true;
}

function patternReader(source: string, found: FoundKeys): KeyReader {
  const pattern = new RegExp(source, 'u');
  return (batch, row) => {
    const start = batch.message.start[row] as number;
    if (start < 0) return none(found);
    const end = Math.min(batch.message.end[row] as number, start + PATTERN_BYTES);
    const match = pattern.exec(decodeUtf8(batch.message.bytes, start, end));
    const value = match?.[1] ?? match?.[0] ?? '';
    return value === '' ? none(found) : whole(found, encoder.encode(value));
  };
}
