import { isBlank, startsWith } from './bytes/ascii.ts';
import type { Joining } from './formats/format.ts';

/** True when a line without a header of its own continues the event before it. */
export function continues(joining: Joining, bytes: Uint8Array, start: number, end: number): boolean {
  if (joining === 'headerless') return true;
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
