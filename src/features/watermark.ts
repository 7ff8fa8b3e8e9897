import { MICROS_PER_DAY, type Micros, UNDATED } from '../core/index.ts';

/** Events that must agree before time jumps ahead by more than `MAX_JUMP`: one line from 2099 ages nothing. */
const CONFIRMATIONS = 32;
const MAX_JUMP = MICROS_PER_DAY;

export interface WatermarkState {
  readonly latest: Micros;
  readonly pending: number;
  readonly pendingTime: Micros;
}

/** Event time of one source, advanced line by line, so that it does not depend on where batches end. */
export class EventTime {
  /** Latest time believed; -Infinity before the first event. */
  latest = Number.NEGATIVE_INFINITY;
  private pending = 0;
  private pendingTime = Number.POSITIVE_INFINITY;

  /** Takes one event's time; returns the time to use for it (the latest where it has none). */
  take(time: Micros): Micros {
    if (Number.isNaN(time)) return this.latest === Number.NEGATIVE_INFINITY ? UNDATED : this.latest;
    if (time <= this.latest) return time;
    if (this.latest === Number.NEGATIVE_INFINITY || time - this.latest <= MAX_JUMP) {
      this.latest = time;
      this.pending = 0;
      this.pendingTime = Number.POSITIVE_INFINITY;
      return time;
    }
    this.pendingTime = Math.min(this.pendingTime, time);
    if (++this.pending >= CONFIRMATIONS) {
      this.latest = this.pendingTime;
      this.pending = 0;
      this.pendingTime = Number.POSITIVE_INFINITY;
    }
    return time;
  }

  state(): WatermarkState {
    return { latest: this.latest, pending: this.pending, pendingTime: this.pendingTime };
  }

  restore(state: { latest: number | null; pending: number; pendingTime: number | null }): void {
    this.latest = state.latest ?? Number.NEGATIVE_INFINITY;
    this.pending = state.pending;
    this.pendingTime = state.pendingTime ?? Number.POSITIVE_INFINITY;
  }
}
