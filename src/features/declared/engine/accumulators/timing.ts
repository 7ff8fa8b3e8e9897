import { type Accumulator, WINDOW } from './accumulator.ts';
import { addMoment } from './numeric.ts';

/** Longest time without an event, from the start to the end of the window: last event, longest gap (microseconds). */
export class SilenceAccumulator implements Accumulator {
  readonly width = 2;
  offset = 0;

  bind(): void {}

  begin(state: Float64Array, base: number): void {
    state[base + this.offset] = state[base + WINDOW.start] as number;
    state[base + this.offset + 1] = 0;
  }

  add(state: Float64Array, base: number, _slot: number, _row: number, time: number): void {
    const at = base + this.offset;
    const gap = time - (state[at] as number);
    if (gap <= 0) return;
    state[at] = time;
    if (gap > (state[at + 1] as number)) state[at + 1] = gap;
  }

  merge(): void {}

  value(state: Float64Array, base: number): number {
    const at = base + this.offset;
    return Math.max(state[at + 1] as number, (state[base + WINDOW.end] as number) - (state[at] as number)) / 1e6;
  }

  release(): void {}
}

const FEWEST_GAPS = 3;

/** 1 - stddev/mean of the gaps between events, at least 0: last event, then count, mean and squared distances of the gaps. */
export class PeriodicityAccumulator implements Accumulator {
  readonly width = 4;
  offset = 0;

  bind(): void {}

  begin(state: Float64Array, base: number): void {
    state.fill(0, base + this.offset, base + this.offset + this.width);
    state[base + this.offset] = Number.NaN;
  }

  add(state: Float64Array, base: number, _slot: number, _row: number, time: number): void {
    const at = base + this.offset;
    const last = state[at] as number;
    if (time < last) return;
    state[at] = time;
    if (!Number.isNaN(last)) addMoment(state, at + 1, time - last);
  }

  merge(): void {}

  value(state: Float64Array, base: number): number {
    const at = base + this.offset;
    const [count, mean, squares] = [state[at + 1] as number, state[at + 2] as number, state[at + 3] as number];
    if (count < FEWEST_GAPS || mean === 0) return Number.NaN;
    return Math.max(0, 1 - Math.sqrt(squares / (count - 1)) / mean);
  }

  release(): void {}
}
