import type { Micros } from '../../core/index.ts';

export interface ClockState {
  readonly recent: readonly number[];
  readonly next: number;
  readonly seen: number;
  readonly believed: Micros | null;
  readonly silent: Micros;
}

/**
 * Event time of one input. A time is believed once `confirm` records in a row reach it (the highest minimum over the last
 * `confirm` records), so a stray line from the future moves nothing. Advances record by record: batches do not matter.
 */
export class InputClock {
  private readonly recent: Float64Array;
  private next = 0;
  private seen = 0;
  private highest = Number.NEGATIVE_INFINITY;
  /** Wall-clock time without a record, added up in bounded steps so that a leaping clock cannot fake silence. */
  silent: Micros = 0;

  constructor(confirm: number) {
    this.recent = new Float64Array(confirm).fill(Number.NEGATIVE_INFINITY);
  }

  observe(time: Micros): void {
    const { recent } = this;
    this.silent = 0;
    recent[this.next] = time;
    this.next = (this.next + 1) % recent.length;
    if (this.seen < recent.length) this.seen++;
    if (time <= this.highest || this.seen < recent.length) return;
    let least = time;
    for (let i = 0; i < recent.length; i++) least = Math.min(least, recent[i] as number);
    if (least > this.highest) this.highest = least;
  }

  /** Latest time that enough records reached; -Infinity before the first `confirm` records. */
  get believed(): Micros {
    return this.highest;
  }

  /** Latest time to go by when no further record comes to confirm it: the lowest of the last few. */
  get settled(): Micros {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.seen; i++) least = Math.min(least, this.recent[i] as number);
    return this.seen === 0 ? Number.NEGATIVE_INFINITY : Math.max(this.highest, least);
  }

  snapshot(): ClockState {
    const believed = Number.isFinite(this.highest) ? this.highest : null;
    return { recent: [...this.recent.subarray(0, this.seen)], next: this.next, seen: this.seen, believed, silent: this.silent };
  }

  static restore(state: ClockState, confirm: number): InputClock {
    const clock = new InputClock(confirm);
    clock.seen = Math.min(state.seen, confirm);
    clock.recent.set(state.recent.slice(0, confirm));
    clock.next = state.next % confirm;
    clock.highest = state.believed ?? Number.NEGATIVE_INFINITY;
    clock.silent = state.silent;
    return clock;
  }
}
