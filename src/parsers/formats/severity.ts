import type { TextArena } from '../bytes/arena.ts';
import { isDigit, unsignedAt } from '../bytes/ascii.ts';
import type { Header } from './header.ts';

/** Syslog's severity keywords by number (RFC 5424, section 6.2.1). */
const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

/** Reads `<PRI>` at `start` and sets the level from it; returns the position behind, `start` when there is none, -1 when it is wrong. */
export function priorityAt(arena: TextArena, start: number, end: number, header: Header): number {
  const { bytes } = arena;
  if (bytes[start] !== 60) return start;
  let p = start + 1;
  while (p < end && p < start + 4 && isDigit(bytes[p])) p++;
  const priority = unsignedAt(bytes, start + 1, p);
  if (bytes[p] !== 62 || priority < 0 || priority > 191) return -1;
  setSeverity(arena, priority & 7, header);
  return p + 1;
}

export function setSeverity(arena: TextArena, severity: number, header: Header): void {
  const text = SEVERITIES[severity];
  if (text === undefined) return;
  header.levelStart = arena.constant(text);
  header.levelEnd = header.levelStart + text.length;
}

const LEVELS = new Set(
  'TRACE DEBUG DBG AUDIT FINE FINER FINEST VERBOSE INFO INF INFORMATION NOTICE NOTE WARN WRN WARNING ERROR ERR SEVERE CRITICAL CRIT ALERT EMERG EMERGENCY FATAL PANIC'.split(
    ' ',
  ),
);
const LONGEST = 11;

/** True when bytes[start, end) is a word that loggers print as a level. */
export function isLevel(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 3 || length > LONGEST) return false;
  if (length === 4 && bytes[start] === 73 && bytes[start + 1] === 78 && bytes[start + 2] === 70 && bytes[start + 3] === 79) return true;
  let word = '';
  for (let i = start; i < end; i++) {
    const letter = (bytes[i] as number) & ~32;
    if (letter < 65 || letter > 90) return false;
    word += String.fromCharCode(letter);
  }
  return LEVELS.has(word);
}
