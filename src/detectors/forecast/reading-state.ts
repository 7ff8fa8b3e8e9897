import { z } from 'zod';
import { OnlineProfile } from '../../ml/index.ts';
import type { ForecastConfig } from './config.ts';

export const readingSchema = z.strictObject({
  profile: z.strictObject({
    level: z.number(),
    spread: z.number(),
    seen: z.int(),
    offset: z.array(z.number()).length(48),
    count: z.array(z.number()).length(48),
  }),
  last: z.number(),
  run: z.int(),
  longestRun: z.int(),
  lowest: z.number(),
  highest: z.number(),
  /** Counts of past residual scores by whole number, the last one open. */
  past: z.array(z.int()).length(20),
});

export type SavedReading = z.output<typeof readingSchema>;

/** What a reading is rated by; scores are in mean absolute errors of the past forecasts. */
export interface ReadingRating {
  readonly score: number;
  readonly residual: number;
  readonly stuck: number;
  readonly range: number;
  readonly expected: number;
  readonly spread: number;
  readonly run: number;
  readonly seen: number;
  /** Readings so far whose residual was as large, in whole errors. */
  readonly asLarge: number;
}

/** A device fault scores at least this, so that it stands beside a residual of as many errors. */
const FAULT = 8;

/** One series: its profile, the runs of equal readings, and the range of readings. */
export class ReadingState {
  #profile = new OnlineProfile();
  #seen = 0;
  #last = 0;
  #run = 0;
  #longestRun = 1;
  #lowest = 0;
  #highest = 0;
  #past = new Array<number>(20).fill(0);

  static from(saved: SavedReading): ReadingState {
    const state = new ReadingState();
    state.#profile = OnlineProfile.from(saved.profile);
    state.#seen = saved.profile.seen;
    state.#last = saved.last;
    state.#run = saved.run;
    state.#longestRun = saved.longestRun;
    state.#lowest = saved.lowest;
    state.#highest = saved.highest;
    state.#past = [...saved.past];
    return state;
  }

  save(): SavedReading {
    const { level, spread, seen, offset, count } = this.#profile.save();
    return {
      profile: { level: seen === 0 ? 0 : level, spread, seen, offset: [...offset], count: [...count] },
      last: this.#last,
      run: this.#run,
      longestRun: this.#longestRun,
      lowest: this.#lowest,
      highest: this.#highest,
      past: [...this.#past],
    };
  }

  copy(): ReadingState {
    return ReadingState.from(this.save());
  }

  /** Rates the reading by what came before it, then learns it. */
  push(time: number, value: number, options: ForecastConfig): ReadingRating {
    const { expected, spread, score: residual } = this.#profile.push(time, value);
    const judged = this.#seen >= options.warmUp;
    const ended = this.#run;
    this.#run = this.#seen > 0 && value === this.#last ? this.#run + 1 : 1;
    // A run counts as usual once it has ended, and not when it was a fault.
    if (this.#run === 1 && ended <= Math.max(2 * this.#longestRun, options.stuckAtLeast))
      this.#longestRun = Math.max(this.#longestRun, ended);
    const limit = Math.max(2 * this.#longestRun, options.stuckAtLeast);
    const stuck = judged && this.#run > limit ? (FAULT * this.#run) / limit : 0;
    const margin = options.rangeMargin * (this.#highest - this.#lowest);
    const outside = Math.max(this.#lowest - margin - value, value - this.#highest - margin);
    const range = judged && outside > 0 ? FAULT * (1 + outside / Math.max(this.#highest - this.#lowest, 1e-9 + spread)) : 0;
    const whole = Math.min(19, Math.floor(residual));
    const asLarge = Number.isNaN(residual) ? 0 : this.#past.slice(whole).reduce((sum, count) => sum + count, 0);
    const rating = {
      score: Math.max(residual, stuck, range),
      residual,
      stuck,
      range,
      expected,
      spread,
      run: this.#run,
      seen: this.#seen,
      asLarge,
    };
    if (!Number.isNaN(residual)) this.#past[whole] = (this.#past[whole] as number) + 1;
    // A value out of range widens the range by a tenth only: a fault does not become normal at once.
    const share = judged ? 0.1 : 1;
    this.#lowest = this.#seen === 0 ? value : Math.min(this.#lowest, this.#lowest + share * (value - this.#lowest));
    this.#highest = this.#seen === 0 ? value : Math.max(this.#highest, this.#highest + share * (value - this.#highest));
    this.#last = value;
    this.#seen++;
    return rating;
  }
}
