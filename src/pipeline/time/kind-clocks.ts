import type { EventKind, Micros } from '../../core/index.ts';
import { EventTime } from '../../features/index.ts';
import { type ClockNotice, type OffRecords, SenderClocks, type SenderClocksState } from './sender-clocks.ts';
import type { EventTimeOptions } from './watermark.ts';

export type KindClocksState = readonly (readonly [
  EventKind,
  { readonly time: ReturnType<EventTime['state']>; readonly clocks: SenderClocksState },
])[];

/** The clocks of one kind of events beside the time that those have reached: windows are of one kind, and go by it. */
class KindClock {
  readonly time = new EventTime();
  readonly clocks: SenderClocks;
  private readonly lateness: Micros;
  private readonly disorder: Micros;

  constructor(options: EventTimeOptions) {
    this.clocks = new SenderClocks(options);
    this.lateness = options.lateness;
    this.disorder = options.disorder;
  }

  /** As `SenderClocks.judge`, against the latest event of the kind. */
  judge(input: string, time: Micros, arrival: Micros): Micros {
    const { latest } = this.time;
    const fits = time <= arrival + this.disorder && !(time < latest - this.lateness);
    const judged = fits ? time : this.clocks.judge(input, time, arrival, latest);
    if (judged <= time) this.time.take(judged);
    return judged;
  }
}

/**
 * Clocks of several inputs, by the kind of their events: sensors whose clocks differ are judged in one time. Kinds do not see each other, so that it
 * does not matter in which batches they come.
 */
export class KindClocks {
  private readonly options: EventTimeOptions;
  private readonly kinds = new Map<EventKind, KindClock>();

  constructor(options: EventTimeOptions) {
    this.options = options;
  }

  of(kind: EventKind): KindClock {
    const known = this.kinds.get(kind);
    if (known !== undefined) return known;
    const clock = new KindClock(this.options);
    this.kinds.set(kind, clock);
    return clock;
  }

  counters(): { readonly ahead: number; readonly clockCorrected: number } {
    const all = [...this.kinds.values()];
    const sum = (of: (clock: KindClock) => number) => all.reduce((total, clock) => total + of(clock), 0);
    return { ahead: sum(({ clocks }) => clocks.aheadLines), clockCorrected: sum(({ clocks }) => clocks.shifted) };
  }

  /** What is to be told since the last call. */
  take(): readonly ClockNotice[] {
    return [...this.kinds.values()].flatMap(({ clocks }) => clocks.take());
  }

  /** Of the day, each input as its kind with the most records says. */
  off(): readonly OffRecords[] {
    const all = [...this.kinds.values()].flatMap(({ clocks }) => clocks.off()).sort((a, b) => b.lines - a.lines);
    return all.filter(({ sender }, i) => all.findIndex((one) => one.sender === sender) === i);
  }

  snapshot(): KindClocksState {
    return [...this.kinds].map(([kind, { time, clocks }]) => [kind, { time: time.state(), clocks: clocks.snapshot() }] as const);
  }

  restore(state: KindClocksState): void {
    for (const [kind, { time, clocks }] of state) {
      const own = this.of(kind);
      own.time.restore(time);
      own.clocks.restore(clocks);
    }
  }
}
