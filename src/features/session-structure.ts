/** One pattern of sessions: its events, sorted, and how many sessions have it. */
export interface SessionPattern {
  readonly codes: Int32Array;
  readonly count: number;
}

/**
 * How many times as often two sessions of equal length hold the same events as they would if every event were drawn for itself
 * with its frequency in the whole input (a multinomial): 1 for requests that have nothing to do with one another, hundreds for
 * the steps of a procedure. Sessions of one event tell nothing and are left out; NaN without others.
 */
export function structureOf(patterns: Iterable<SessionPattern>): number {
  const all = [...patterns];
  const events = new Map<number, number>();
  const ofLength = new Map<number, number>();
  let total = 0;
  for (const { codes, count } of all) {
    for (const code of codes) events.set(code, (events.get(code) ?? 0) + count);
    ofLength.set(codes.length, (ofLength.get(codes.length) ?? 0) + count);
    total += codes.length * count;
  }
  let seen = 0;
  let independent = 0;
  for (const { codes, count } of all) {
    const others = (ofLength.get(codes.length) as number) - 1;
    if (codes.length < 2 || others < 1) continue;
    seen += (count * (count - 1)) / others;
    independent += count * Math.exp(logMultinomial(codes, (code) => (events.get(code) as number) / total));
  }
  return seen === 0 && independent === 0 ? Number.NaN : seen / independent;
}

/** `codes` sorted. */
function logMultinomial(codes: Int32Array, share: (code: number) => number): number {
  let log = 0;
  let run = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    run = i > 0 && codes[i - 1] === code ? run + 1 : 1;
    log += Math.log(i + 1) - Math.log(run) + Math.log(share(code));
  }
  return log;
}
