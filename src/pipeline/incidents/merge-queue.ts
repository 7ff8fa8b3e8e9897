import type { Micros } from '../../core/index.ts';

/** A lane as the queue sees it. */
export interface QueuedLane {
  readonly name: string;
  /** Event time that the lane has reached: nothing earlier follows. -Infinity before its first event, Infinity after its last. */
  frontier(): Micros;
}

interface Entry<T> {
  readonly key: Micros;
  /** Wall time it came at. */
  readonly arrival: Micros;
  readonly item: T;
}

export type MergeState<T> = readonly (readonly [lane: string, last: Micros | null, entries: readonly Entry<T>[]])[];

interface Line<T> {
  readonly lane: QueuedLane;
  last: Micros;
  readonly entries: Entry<T>[];
}

/** Longest that a lane which is behind holds the others up, in wall time. */
const MAX_HOLD: Micros = 10_000_000;
const MAX_ENTRIES = 10_000;

/**
 * Items of several lanes in one order of event time, whichever lane was read first: a lane gives them in its own order, and one is
 * released when no other lane can give an earlier one. A lane that is behind holds the others up for ten seconds at most.
 */
export class MergeQueue<T> {
  private lines: readonly Line<T>[] = [];
  private size = 0;

  constructor(lanes: readonly QueuedLane[]) {
    this.use(lanes);
  }

  /** Other lanes from now on; one that is gone gives nothing more, what waits of it stays. */
  use(lanes: readonly QueuedLane[]): void {
    const going = lanes.map((lane): Line<T> => {
      const known = this.lines.find((line) => line.lane.name === lane.name);
      return { lane, last: known?.last ?? Number.NEGATIVE_INFINITY, entries: known?.entries ?? [] };
    });
    const gone = this.lines
      .filter(({ lane, entries }) => entries.length > 0 && !lanes.some(({ name }) => name === lane.name))
      .map((line): Line<T> => ({ ...line, lane: { name: line.lane.name, frontier: () => Number.POSITIVE_INFINITY } }));
    this.lines = [...going, ...gone].sort((a, b) => (a.lane.name < b.lane.name ? -1 : 1));
  }

  get length(): number {
    return this.size;
  }

  push(lane: string, time: Micros, arrival: Micros, item: T): void {
    const line = this.lines.find((one) => one.lane.name === lane);
    if (line === undefined) return;
    line.last = Math.max(line.last, time);
    line.entries.push({ key: line.last, arrival, item });
    this.size++;
  }

  /** Takes what may be released at wall time `now`, in order. */
  release(now: Micros): T[] {
    const released: T[] = [];
    for (;;) {
      const line = this.earliest();
      const entry = line?.entries[0];
      if (line === undefined || entry === undefined) return released;
      const overdue = this.size > MAX_ENTRIES || this.lines.some(({ entries }) => now - (entries[0]?.arrival ?? now) >= MAX_HOLD);
      if (!overdue && !this.isNext(line, entry.key)) return released;
      line.entries.shift();
      this.size--;
      released.push(entry.item);
    }
  }

  /** Event time up to which everything was released. */
  frontier(): Micros {
    return this.lines.reduce((least, { lane, entries }) => Math.min(least, entries[0]?.key ?? lane.frontier()), Number.POSITIVE_INFINITY);
  }

  snapshot(): MergeState<T> {
    return this.lines.map(({ lane, last, entries }) => [lane.name, Number.isFinite(last) ? last : null, [...entries]]);
  }

  restore(state: MergeState<T>): void {
    for (const [name, last, entries] of state) {
      const line = this.lines.find(({ lane }) => lane.name === name);
      if (line === undefined) continue;
      line.last = last ?? Number.NEGATIVE_INFINITY;
      this.size += entries.length - line.entries.length;
      line.entries.splice(0, line.entries.length, ...entries);
    }
  }

  private earliest(): Line<T> | undefined {
    let best: Line<T> | undefined;
    for (const line of this.lines) {
      const key = line.entries[0]?.key;
      if (key !== undefined && (best === undefined || key < (best.entries[0]?.key ?? Number.POSITIVE_INFINITY))) best = line;
    }
    return best;
  }

  /** No other lane can give anything before `key`; one that has read nothing yet holds nobody up. */
  private isNext(own: Line<T>, key: Micros): boolean {
    return this.lines.every(({ lane, last, entries }, i) => {
      if (this.lines[i] === own || entries.length > 0) return true;
      const reached = Math.max(last, lane.frontier());
      return reached === Number.NEGATIVE_INFINITY || reached > key || (reached === key && lane.name > own.lane.name);
    });
  }
}
