import { MICROS_PER_DAY, MICROS_PER_SECOND, type Micros, seededRandom } from '../../core/index.ts';
import type { Script } from './script.ts';

/** A record of the generated office (a line with its end, a packet as a capture holds it) with the time it was made. */
export interface DemoRecord {
  readonly time: Micros;
  readonly bytes: Uint8Array;
}

/** What a generator of one log needs; the same seed gives the same lines. */
export interface DemoClock {
  readonly random: () => number;
  /** How busy the office is at a time, 0..1: quiet at night, two peaks by day, every day of the week. */
  load(time: Micros): number;
}

/** Yields what happens from a time on, for ever: every happening as its records, in order of their beginning. */
export type Happenings = (clock: DemoClock, from: Micros, script: Script) => Generator<readonly DemoRecord[]>;

const HOUR = 3_600 * MICROS_PER_SECOND;

export function demoClock(seed: number): DemoClock {
  return {
    random: seededRandom(seed),
    load(time) {
      const hour = (time % MICROS_PER_DAY) / HOUR;
      return Math.min(1, 0.15 + 0.55 * bump(hour, 10.5, 2) + 0.5 * bump(hour, 15, 2.5));
    },
  };
}

function bump(hour: number, centre: number, width: number): number {
  return Math.exp(-(((hour - centre) / width) ** 2));
}

/** Merges happenings that overlap into records in order of time: a record is given out once nothing earlier can come. */
export function* inOrder(happenings: Iterable<readonly DemoRecord[]>): Generator<DemoRecord> {
  let waiting: DemoRecord[] = [];
  for (const records of happenings) {
    const begin = records[0]?.time ?? 0;
    const due = waiting.findIndex(({ time }) => time >= begin);
    const split = due === -1 ? waiting.length : due;
    yield* waiting.slice(0, split);
    // Sorting is stable, so records of the same time keep the order they were made in.
    waiting = [...waiting.slice(split), ...records].sort((a, b) => a.time - b.time);
  }
}

/** `2026-03-01T10:00:00.000Z web1 shop[77]: …` */
export function syslogLine(time: Micros, host: string, program: string, pid: number, message: string): DemoRecord {
  return lineRecord(time, `${new Date(Math.floor(time / 1000)).toISOString()} ${host} ${program}[${pid}]: ${message}`);
}

const encoder = new TextEncoder();

export function lineRecord(time: Micros, text: string): DemoRecord {
  return { time, bytes: encoder.encode(`${text}\n`) };
}

export function pick<T>(random: () => number, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}
