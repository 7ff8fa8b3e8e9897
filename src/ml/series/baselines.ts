import { MICROS_PER_DAY, type SeriesFrame } from '../../core/index.ts';
import { type FitOptions, type Forecaster, rowsIn } from './forecaster.ts';

/** The value at the origin, for every step. */
export class LastValue implements Forecaster {
  readonly name = 'last value';
  readonly history = 1;
  #steps = 1;

  async fit(_frame: SeriesFrame, options: FitOptions): Promise<void> {
    this.#steps = options.steps;
  }

  async forecast(frame: SeriesFrame, origins: Int32Array): Promise<Float64Array> {
    return forecasts(frame, origins, this.#steps, (column, origin) => column[origin] as number);
  }
}

/** The value of one period (a day, a week) before the step. */
export class SeasonalNaive implements Forecaster {
  readonly name: string;
  readonly #period: number;
  history = 1;
  #steps = 1;

  constructor(name = 'daily season', period = MICROS_PER_DAY) {
    this.name = name;
    this.#period = period;
  }

  async fit(frame: SeriesFrame, options: FitOptions): Promise<void> {
    this.#steps = options.steps;
    this.history = rowsIn(this.#period, frame) + 1;
  }

  async forecast(frame: SeriesFrame, origins: Int32Array): Promise<Float64Array> {
    const period = rowsIn(this.#period, frame);
    return forecasts(frame, origins, this.#steps, (column, origin, step) => {
      const periods = Math.ceil(step / period);
      return column[Math.max(0, origin + step - periods * period)] as number;
    });
  }
}

const HOURS_OF_WEEK = 168;

/** Level (an exponential mean of what the profile leaves) plus the mean of the hour of day, weekdays and weekend apart. */
export class ProfileForecaster implements Forecaster {
  readonly name = 'profile';
  history = 1;
  #steps = 1;
  /** Per channel, by hour of the week. */
  #profile: Float64Array[] = [];

  async fit(frame: SeriesFrame, options: FitOptions): Promise<void> {
    this.#steps = options.steps;
    this.history = Math.min(frame.rows, 72);
    this.#profile = frame.values.map((column) => {
      const sum = new Float64Array(48);
      const count = new Float64Array(48);
      let total = 0;
      for (let i = 0; i < frame.rows; i++) {
        const slot = slotOf(frame.times[i] as number);
        sum[slot] = (sum[slot] as number) + (column[i] as number);
        count[slot] = (count[slot] as number) + 1;
        total += column[i] as number;
      }
      const mean = total / Math.max(1, frame.rows);
      return sum.map((value, slot) => ((count[slot] as number) > 0 ? value / (count[slot] as number) : mean));
    });
  }

  async forecast(frame: SeriesFrame, origins: Int32Array): Promise<Float64Array> {
    let channel = -1;
    let previous: Float64Array | undefined;
    return forecasts(frame, origins, this.#steps, (column, origin, step) => {
      if (column !== previous) {
        previous = column;
        channel = frame.values.indexOf(column);
      }
      const profile = this.#profile[channel] as Float64Array;
      const at = (row: number) => profile[slotOf((frame.times[origin] as number) + (row - origin) * frame.step)] as number;
      const level = (column[origin] as number) - at(origin);
      return at(origin + step) + level * 0.98 ** step;
    });
  }
}

/** 24 hours of weekdays, then 24 of the weekend. */
function slotOf(time: number): number {
  const hour = Math.floor(time / 3_600_000_000);
  const ofWeek = ((hour % HOURS_OF_WEEK) + HOURS_OF_WEEK) % HOURS_OF_WEEK;
  const day = Math.floor(ofWeek / 24);
  return (ofWeek % 24) + (day === 2 || day === 3 ? 24 : 0);
}

function forecasts(
  frame: SeriesFrame,
  origins: Int32Array,
  steps: number,
  value: (column: Float64Array, origin: number, step: number) => number,
): Float64Array {
  const channels = frame.values.length;
  const out = new Float64Array(origins.length * steps * channels);
  for (let c = 0; c < channels; c++) {
    const column = frame.values[c] as Float64Array;
    for (let i = 0; i < origins.length; i++) {
      for (let k = 1; k <= steps; k++) out[(i * steps + k - 1) * channels + c] = value(column, origins[i] as number, k);
    }
  }
  return out;
}
