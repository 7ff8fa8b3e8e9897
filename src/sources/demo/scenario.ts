import { MICROS_PER_DAY, MICROS_PER_SECOND, type Micros, seededRandom } from '../../core/index.ts';

/** A line of the generated office with the time it was written. */
export interface DemoLine {
  readonly time: Micros;
  readonly text: string;
}

/** What a generator of one log needs; the same seed gives the same lines. */
export interface DemoClock {
  readonly random: () => number;
  /** How busy the office is at a time, 0..1: quiet at night, two peaks by day, less at weekends. */
  load(time: Micros): number;
}

/** Yields what happens from a time on, for ever: every happening as its lines, in order of their beginning. */
export type Happenings = (clock: DemoClock, from: Micros) => Generator<readonly DemoLine[]>;

const HOUR = 3_600 * MICROS_PER_SECOND;

export function demoClock(seed: number): DemoClock {
  return {
    random: seededRandom(seed),
    load(time) {
      const hour = (time % MICROS_PER_DAY) / HOUR;
      const day = Math.floor(time / MICROS_PER_DAY + 4) % 7;
      const rhythm = 0.15 + 0.55 * bump(hour, 10.5, 2) + 0.5 * bump(hour, 15, 2.5);
      return Math.min(1, rhythm * (day === 0 || day === 6 ? 0.4 : 1));
    },
  };
}

function bump(hour: number, centre: number, width: number): number {
  return Math.exp(-(((hour - centre) / width) ** 2));
}

/** Merges happenings whose lines overlap into lines in order of time: a line is given out once nothing earlier can come. */
export function* inOrder(happenings: Iterable<readonly DemoLine[]>): Generator<DemoLine> {
  let waiting: DemoLine[] = [];
  for (const lines of happenings) {
    const begin = lines[0]?.time ?? 0;
    const due = waiting.filter((line) => line.time < begin);
    if (due.length > 0) {
      yield* due;
      waiting = waiting.filter((line) => line.time >= begin);
    }
    waiting = [...waiting, ...lines].sort((a, b) => a.time - b.time || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  }
}

/** `2026-03-01T10:00:00.000Z web1 shop[77]: …` */
export function syslogLine(time: Micros, host: string, program: string, pid: number, message: string): DemoLine {
  return { time, text: `${new Date(Math.floor(time / 1000)).toISOString()} ${host} ${program}[${pid}]: ${message}` };
}

export function pick<T>(random: () => number, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}
