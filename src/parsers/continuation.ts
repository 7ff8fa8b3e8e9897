import { isBlank, isDigit, startsWith } from './bytes/ascii.ts';
import type { Joining } from './formats/format.ts';

const HASH = 35;

/** True when a line without a header of its own continues the event before it. */
export function continues(joining: Joining, bytes: Uint8Array, start: number, end: number): boolean {
  // `#0 main.c:12` belongs to a stack trace, any other `#` begins a comment.
  if (joining === 'headerless') return bytes[start] !== HASH || isDigit(bytes[start + 1]);
  if (joining === 'none') return false;
  return looksContinued(bytes, start, end);
}

/** Stack traces and wrapped messages: a leading blank, `at `, `Caused by`, `... 12 more`. */
export function looksContinued(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start];
  if (isBlank(first)) return true;
  if (first === 97) return startsWith(bytes, start, end, 'at ');
  if (first === 67) return startsWith(bytes, start, end, 'Caused by');
  return first === 46 && startsWith(bytes, start, end, '...');
}
