import type { Micros, RecordBatch } from '../core/index.ts';
import { inputKey } from './held.ts';

/** Inputs whose last time is kept; the one that gave nothing for longest goes first. */
const MOST_INPUTS = 4096;

/** The last time of each input, for its lines that have none. */
export class InputTimes {
  private readonly byInput = new Map<string, Micros>();

  /** Time of the last event before a batch; NaN where there is none. */
  before({ input, generation, offset }: RecordBatch): Micros {
    return offset === 0 ? Number.NaN : (this.byInput.get(inputKey(input, generation)) ?? Number.NaN);
  }

  /** `time` is that of the last event of a batch. */
  remember({ input, generation }: RecordBatch, time: Micros): void {
    const key = inputKey(input, generation);
    this.byInput.delete(key);
    if (Number.isNaN(time)) return;
    this.byInput.set(key, time);
    const oldest = this.byInput.keys().next().value;
    if (this.byInput.size > MOST_INPUTS && oldest !== undefined) this.byInput.delete(oldest);
  }

  list(): readonly (readonly [string, Micros])[] {
    return [...this.byInput];
  }

  replace(times: readonly (readonly [string, Micros])[]): void {
    this.byInput.clear();
    for (const [key, time] of times) this.byInput.set(key, time);
  }
}
