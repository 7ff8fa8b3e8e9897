import { MICROS_PER_DAY, type SeriesFrame } from '../../core/index.ts';
import { CALENDAR_COLUMNS, calendarAt } from './calendar.ts';
import { type FitOptions, type Forecaster, rowsIn } from './forecaster.ts';
import { RidgeSums } from './linear.ts';
import { fitScaling, type Scaling, scaled } from './scaler.ts';

export interface RidgeOptions {
  /** Values of each channel up to the origin. */
  readonly lags?: number;
  readonly penalty?: number;
}

interface Fitted {
  readonly steps: number;
  readonly scaling: readonly Scaling[];
  readonly day: number;
  readonly week: number;
  /** Per step: (columns, channels). */
  readonly weights: readonly Float64Array[];
}

/**
 * One linear regression per step ahead on the last values of all channels (a vector autoregression), the calendar of the
 * step, and what the day and week before did at that time; it predicts the change from the last value.
 */
export class RidgeForecaster implements Forecaster {
  readonly name = 'ridge';
  readonly #lags: number;
  readonly #penalty: number;
  history = 1;
  #fitted: Fitted | undefined;

  constructor(options: RidgeOptions = {}) {
    this.#lags = options.lags ?? 24;
    this.#penalty = options.penalty ?? 1e-4;
    this.history = this.#lags;
  }

  async fit(frame: SeriesFrame, { steps, progress, signal }: FitOptions): Promise<void> {
    const scaling = fitScaling(frame);
    const z = scaled(frame, scaling);
    const channels = z.length;
    // A season is used only when the data hold at least three of it.
    const use = (rows: number) => (rows > steps && frame.rows >= 3 * rows ? rows : 0);
    const day = use(rowsIn(MICROS_PER_DAY, frame));
    const week = use(rowsIn(7 * MICROS_PER_DAY, frame));
    this.history = Math.max(this.#lags, day, week) + 1;
    const columns = this.#columns(channels, day, week);
    const x = new Float64Array(columns);
    const y = new Float64Array(channels);
    const weights: Float64Array[] = [];
    for (let step = 1; step <= steps; step++) {
      signal?.throwIfAborted();
      const sums = new RidgeSums(columns, channels);
      for (let origin = this.history - 1; origin + step < frame.rows; origin++) {
        this.#fill(x, z, frame, origin, step, day, week);
        for (let c = 0; c < channels; c++)
          y[c] = ((z[c] as Float64Array)[origin + step] as number) - ((z[c] as Float64Array)[origin] as number);
        sums.add(x, y);
      }
      weights.push(sums.solve(this.#penalty));
      progress?.(step / steps);
    }
    this.#fitted = { steps, scaling, day, week, weights };
  }

  async forecast(frame: SeriesFrame, origins: Int32Array): Promise<Float64Array> {
    const fitted = this.#fitted;
    if (fitted === undefined) throw new RangeError('fit the forecaster first');
    const { steps, scaling, day, week, weights } = fitted;
    const z = scaled(frame, scaling);
    const channels = z.length;
    const x = new Float64Array(this.#columns(channels, day, week));
    const out = new Float64Array(origins.length * steps * channels);
    for (let i = 0; i < origins.length; i++) {
      const origin = origins[i] as number;
      for (let step = 1; step <= steps; step++) {
        this.#fill(x, z, frame, origin, step, day, week);
        const w = weights[step - 1] as Float64Array;
        for (let c = 0; c < channels; c++) {
          let value = (z[c] as Float64Array)[origin] as number;
          for (let j = 0; j < x.length; j++) value += (x[j] as number) * (w[j * channels + c] as number);
          const { centre, spread } = scaling[c] as Scaling;
          out[(i * steps + step - 1) * channels + c] = value * spread + centre;
        }
      }
    }
    return out;
  }

  #columns(channels: number, day: number, week: number): number {
    return 1 + CALENDAR_COLUMNS + channels * (this.#lags + (day > 0 ? 2 : 0) + (week > 0 ? 2 : 0));
  }

  #fill(x: Float64Array, z: readonly Float64Array[], frame: SeriesFrame, origin: number, step: number, day: number, week: number): void {
    x[0] = 1;
    calendarAt((frame.times[origin] as number) + step * frame.step, x, 1);
    let at = 1 + CALENDAR_COLUMNS;
    for (const column of z) {
      const last = column[origin] as number;
      x[at++] = last;
      for (let lag = 1; lag < this.#lags; lag++) x[at++] = (column[origin - lag] as number) - (column[origin - lag + 1] as number);
      for (const season of [day, week]) {
        if (season === 0) continue;
        const then = column[origin - season] as number;
        x[at++] = (column[origin - season + step] as number) - then;
        x[at++] = then - last;
      }
    }
  }
}
