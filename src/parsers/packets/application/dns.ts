import type { ApplicationEvent } from '../../../core/index.ts';

/** Pointers followed in one name; each must lead backwards, so that a loop cannot be built. */
const MOST_JUMPS = 16;
const MOST_NAME_BYTES = 255;

/** The first question of a DNS message in bytes[start, end); undefined for what has none. */
export function readDns(bytes: Uint8Array, start: number, end: number, row: number): ApplicationEvent | 'malformed' | undefined {
  if (end - start < 12) return 'malformed';
  const flags = ((bytes[start + 2] as number) << 8) | (bytes[start + 3] as number);
  const questions = ((bytes[start + 4] as number) << 8) | (bytes[start + 5] as number);
  const answers = ((bytes[start + 6] as number) << 8) | (bytes[start + 7] as number);
  if (questions === 0) return undefined;
  const name = readName(bytes, start, start + 12, end);
  if (name === undefined) return 'malformed';
  const { text, next } = name;
  if (end - next < 4) return 'malformed';
  const type = ((bytes[next] as number) << 8) | (bytes[next + 1] as number);
  const response = (flags & 0x8000) !== 0;
  return { kind: 'dns', row, response, name: text, type, code: response ? flags & 15 : 0, answers };
}

/** A name at `at`, in lower case without the final dot; bytes that are no printable ASCII as `\ddd`. */
export function readName(bytes: Uint8Array, message: number, from: number, end: number): { text: string; next: number } | undefined {
  let at = from;
  let next = -1;
  let lowest = from;
  let length = 0;
  let text = '';
  for (let jumps = 0; ; ) {
    if (at >= end) return undefined;
    const size = bytes[at] as number;
    if (size >= 0xc0) {
      if (end - at < 2) return undefined;
      const target = message + (((size & 0x3f) << 8) | (bytes[at + 1] as number));
      if (next < 0) next = at + 2;
      if (target >= lowest || ++jumps > MOST_JUMPS) return undefined;
      lowest = target;
      at = target;
      continue;
    }
    if (size > 63) return undefined;
    if (size === 0) return { text, next: next < 0 ? at + 1 : next };
    length += size + 1;
    if (length > MOST_NAME_BYTES || at + 1 + size > end) return undefined;
    text += `${text === '' ? '' : '.'}${label(bytes, at + 1, at + 1 + size)}`;
    at += 1 + size;
  }
}

function label(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte >= 65 && byte <= 90) text += String.fromCharCode(byte + 32);
    else if (byte > 32 && byte < 127 && byte !== 46 && byte !== 92) text += String.fromCharCode(byte);
    else text += `\\${String(byte).padStart(3, '0')}`;
  }
  return text;
}
