import { z } from 'zod';
import { MICROS_PER_DAY, type SeriesFrame } from '../../core/index.ts';
import { type FitOptions, type ForecasterArrays, rowsIn, type SavedForecaster, type StorableForecaster } from './forecaster.ts';
import { HOURS_OF_KINDS, slotOf } from './online/week-rhythm.ts';

/** The value at the origin, for every step. */
export class LastValue implements StorableForecaster {
  readonly name = 'last value';
  readonly history = 1;
  #steps = 1;

  async fit(_frame: SeriesFrame, options: FitOptions): Promise<void> {
    this.#steps = options.steps;
  }

  async forecast(frame: SeriesFrame, origins: Int32Array): Promise<Float64Array> {
    return forecasts(frame, origins, this.#steps, (column, origin) => column[origin] as number);
  }

  save(): SavedForecaster {
    return { plain: {}, arrays: {} };
  }

  load(steps: number): void {
    this.#steps = steps;
  }
}

const season = z.object({ seasonMicros: z.number().positive(), history: z.int().min(1) });

/** The value of one season (a day, a week; microseconds) before the step. */
export class SeasonalNaive implements StorableForecaster {
  readonly name: string;
  #season: number;
  history = 1;
  #steps = 1;

  constructor(name = 'daily season', seasonMicros = MICROS_PER_DAY) {
    this.name = name;
    this.#season = seasonMicros;
  }

  async fit(frame: SeriesFrame, options: FitOptions): Promise<void> {
    this.#steps = options.steps;
    this.history = rowsIn(this.#season, frame);
  }

  async forecast(frame: SeriesFrame, origins: Int32Array): Promise<Float64Array> {
    const period = rowsIn(this.#season, frame);
    return forecasts(frame, origins, this.#steps, (column, origin, step) => {
      const periods = Math.ceil(step / period);
      return column[Math.max(0, origin + step - periods * period)] as number;
    });
  }

  save(): SavedForecaster {
    return { plain: { seasonMicros: this.#season, history: this.history }, arrays: {} };
  }

  load(steps: number, plain: unknown): void {
    const { seasonMicros, history } = season.parse(plain);
    this.#steps = steps;
    this.#season = seasonMicros;
    this.history = history;
  }
}

/** Level (an exponential mean of what the profile leaves) plus the mean of the hour of day, weekdays and weekend apart. */
export class ProfileForecaster implements StorableForecaster {
  readonly name = 'profile';
  readonly history = 1;
  #steps = 1;
  /** Per channel, by slot. */
  #profile: Float64Array[] = [];

  async fit(frame: SeriesFrame, options: FitOptions): Promise<void> {
    this.#steps = options.steps;
    this.#profile = frame.values.map((column) => {
      const sum = new Float64Array(HOURS_OF_KINDS);
      const count = new Float64Array(HOURS_OF_KINDS);
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

  save(): SavedForecaster {
    return { plain: {}, arrays: { profile: Float64Array.from(this.#profile.flatMap((slots) => [...slots])) } };
  }

  load(steps: number, _plain: unknown, arrays: ForecasterArrays): void {
    const profile = arrays.float64('profile');
    this.#steps = steps;
    this.#profile = Array.from({ length: profile.length / HOURS_OF_KINDS }, (_, c) =>
      profile.slice(c * HOURS_OF_KINDS, (c + 1) * HOURS_OF_KINDS),
    );
  }
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
