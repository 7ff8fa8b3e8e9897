/** What a log line of HAProxy says of its session. */
export type HaproxyOutcome =
  /** HTTP: where the three digits of the status begin. */
  { readonly statusAt: number } | /** TCP: whether the proxy or the server ended it. */ { readonly failed: boolean };

const BLANK = 32;
const OPEN = 91;
const CLOSE = 93;
const SLASH = 47;
const ADDRESS_AND_TIME = 2;
const TIMERS = 4;
const HTTP_TIMERS = 5;
const TCP_TIMERS = 3;
/** First letters of a termination state that are no fault of the client: server, proxy, resource, internal, a time-out of the server. */
const FAULTS = new Set([...'SPRIs'].map((letter) => letter.charCodeAt(0)));

/**
 * Reads bytes[start, end), the content of a log line in HAProxy's HTTP or TCP format ("Configuration Manual", 8.2.2 and 8.2.3):
 * `client:port [time] frontend backend/server timers status …` and `… timers bytes termination-state …`. Undefined for any other line.
 */
export function haproxyOutcome(bytes: Uint8Array, start: number, end: number): HaproxyOutcome | undefined {
  let at = start;
  for (let word = 0; word < TIMERS; word++) {
    const behind = wordEnd(bytes, at, end);
    if (behind === at || behind >= end) return undefined;
    if (word === ADDRESS_AND_TIME - 1 && (bytes[at] !== OPEN || bytes[behind - 1] !== CLOSE)) return undefined;
    at = behind + 1;
  }
  const timersEnd = wordEnd(bytes, at, end);
  let timers = 1;
  for (let i = at; i < timersEnd; i++) if (bytes[i] === SLASH) timers++;
  const next = timersEnd + 1;
  const nextEnd = wordEnd(bytes, next, end);
  if (timers === HTTP_TIMERS) return nextEnd - next === 3 && isNumber(bytes, next, nextEnd) ? { statusAt: next } : undefined;
  if (timers !== TCP_TIMERS || !isNumber(bytes, bytes[next] === 43 ? next + 1 : next, nextEnd)) return undefined;
  const state = nextEnd + 1;
  return wordEnd(bytes, state, end) - state === 2 ? { failed: FAULTS.has(bytes[state] as number) } : undefined;
}

function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== BLANK) at++;
  return at;
}

function isNumber(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] as number) < 48 || (bytes[at] as number) > 57) return false;
  return end > start;
}
