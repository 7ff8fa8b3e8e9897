import { decodeUtf8, type LogBatch, type Micros, type Template } from '../core/index.ts';
import { IDLE_REUSABLE } from './definition.ts';
import { idleOf } from './idle.ts';
import { keyReader } from './key-reader.ts';
import type { SessionKey } from './session-key.ts';

/** How the sessions of identifiers that come back end. */
export interface Closing {
  /** Ids of the templates that end a session. */
  readonly ends: readonly string[];
  /** Silence after which a session without such an end is over. */
  readonly idle: Micros;
}

/** Of the sessions, those that must end with one of the events that end sessions. */
const NEARLY_ALL = 0.9;
/** Of the occurrences of such an event, those that must be the last of a session, or be followed by an event that sessions begin with. */
const OWN_END = 0.95;
/** Share of the sessions that begin with an event from which on it is one that sessions begin with. */
const BEGINS = 0.01;
const FEWEST_SESSIONS = 50;
const MOST_KEYS = 100_000;
const MOST_PAIRS = 100_000;

interface Open {
  last: Micros;
  template: number;
}

/** Sessions that a pause of 15 minutes parts, by the events that they begin and end with. */
class Tally {
  sessions = 0;
  readonly begins = new Map<number, number>();
  readonly ends = new Map<number, number>();
  /** By the template before: pauses within sessions, and which event came next. */
  readonly next = new Map<number, Map<number, number>>();
  readonly pauses: { readonly after: number; readonly micros: Micros }[] = [];
  #pairs = 0;

  follow(before: Open, template: number, time: Micros): void {
    const followers = this.next.get(before.template) ?? new Map<number, number>();
    this.next.set(before.template, followers);
    if (followers.has(template) || this.#pairs++ < MOST_PAIRS) count(followers, template);
    this.pauses.push({ after: before.template, micros: Math.max(0, time - before.last) });
  }

  end({ template }: Open): void {
    this.sessions++;
    count(this.ends, template);
  }
}

/**
 * How the sessions of a process end, from a sample of its log: process ids are used again, so that without it two sessions of one id
 * count as one. An event ends sessions when it is the last of nearly all, and what follows it under the same id begins a session.
 * Undefined where sessions have no such end.
 */
export function observedClosing(sample: readonly LogBatch[], key: SessionKey, templates: readonly Template[]): Closing | undefined {
  const tally = tallied(sample, key);
  const { sessions, begins, ends } = tally;
  if (sessions < FEWEST_SESSIONS) return undefined;
  const isBegin = (template: number) => (begins.get(template) ?? 0) >= BEGINS * sessions;
  const found = [...ends].filter(([template, last]) => {
    if (isBegin(template)) return false;
    const followers = [...(tally.next.get(template) ?? [])];
    const within = followers.reduce((sum, [, many]) => sum + many, 0);
    const before = followers.reduce((sum, [next, many]) => sum + (isBegin(next) ? many : 0), 0);
    return last >= BEGINS * sessions && last + before >= OWN_END * (last + within);
  });
  if (found.reduce((sum, [, last]) => sum + last, 0) < NEARLY_ALL * sessions) return undefined;
  const codes = new Set(found.map(([template]) => template));
  const idle = idleOf(tally.pauses.flatMap(({ after, micros }) => (codes.has(after) ? [] : [micros])));
  const known = [...codes].flatMap((code) => templates[code]?.id ?? []);
  return { ends: known.sort(), idle: Math.min(IDLE_REUSABLE, idle ?? IDLE_REUSABLE) };
}

function tallied(sample: readonly LogBatch[], key: SessionKey): Tally {
  const read = keyReader(key);
  const open = new Map<string, Open>();
  const tally = new Tally();
  let latest = Number.NEGATIVE_INFINITY;
  for (const batch of sample) {
    for (let row = 0; row < batch.rows; row++) {
      const time = batch.time[row] as number;
      if (Number.isNaN(time)) continue;
      latest = Math.max(latest, time);
      const template = batch.template[row] as number;
      const found = read(batch, row, []);
      for (let i = 0; i < found.count; i++) {
        const name = decodeUtf8(found.bytes, found.start[i] as number, found.end[i] as number);
        const before = open.get(name);
        if (before === undefined && open.size >= MOST_KEYS) continue;
        if (before !== undefined && time - before.last <= IDLE_REUSABLE) tally.follow(before, template, time);
        else {
          if (before !== undefined) tally.end(before);
          count(tally.begins, template);
        }
        open.set(name, { last: time, template });
      }
    }
  }
  // Those that may still go on say nothing of how they end.
  for (const one of open.values()) if (latest - one.last > IDLE_REUSABLE) tally.end(one);
  return tally;
}

function count(counts: Map<number, number>, of: number): void {
  counts.set(of, (counts.get(of) ?? 0) + 1);
}
