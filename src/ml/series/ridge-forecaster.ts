import { MICROS_PER_DAY, type SeriesFrame } from '../../core/index.ts';
import { CALENDAR_COLUMNS, calendarAt, DAILY_COLUMNS } from './calendar.ts';
import { type FitOptions, type ForecasterArrays, fittedPart, type SavedForecaster, type StorableForecaster } from './forecaster.ts';
import { RidgeSystem } from './linear.ts';
import { type LinearWeights, loadWeights, saveWeights } from './linear-weights.ts';
import { fitScaling, type Scaling, scaled, unscale } from './scaler.ts';

export interface RidgeOptions {
  /** Values of each channel up to the origin. */
  readonly lags?: number;
  readonly penalty?: number;
  /** Passes of Huber's method against outliers; 0: least squares. */
  readonly robustPasses?: number;
}

/** Training looks at no more than this many of the latest rows. */
const MOST_ROWS = 40_000;
/** Residuals beyond so many times their median size count linearly. */
const ROBUST_LIMIT = 1.5;

/**
 * A linear regression per step ahead and channel on the last values of all channels (a vector autoregression) and the
 * calendar; it predicts the change from the last value. All regressions share one matrix, factored once.
 */
export class RidgeForecaster implements StorableForecaster {
  readonly name = 'ridge';
  #lags: number;
  readonly #penalty: number;
  readonly #passes: number;
  /** Of (columns, steps x channels). */
  #fitted: LinearWeights | undefined;

  constructor(options: RidgeOptions = {}) {
    this.#lags = options.lags ?? 48;
    this.#penalty = options.penalty ?? 1e-4;
    this.#passes = options.robustPasses ?? 8;
  }

  get history(): number {
    return this.#lags;
  }

  async fit(frame: SeriesFrame, { steps, progress, signal }: FitOptions): Promise<void> {
    const scaling = fitScaling(frame);
    const z = scaled(frame, scaling);
    // No more lags than the rows can tell apart.
    this.#lags = Math.min(this.#lags, Math.max(2, Math.floor(frame.rows / (20 * z.length))));
    const targets = steps * z.length;
    const first = Math.max(this.#lags - 1, frame.rows - steps - MOST_ROWS);
    const rows = Math.max(0, frame.rows - steps - first);
    const columns = this.#columns(z.length);
    const x = new Float64Array(rows * columns);
    const y = new Float64Array(rows * targets);
    for (let i = 0; i < rows; i++) {
      this.#fill(x, i * columns, z, frame, first + i);
      // Less than two weeks say nothing of weekdays: those columns stay empty and get no weight.
      if (frame.rows * frame.step < 14 * MICROS_PER_DAY) x.fill(0, i * columns + 1 + DAILY_COLUMNS, i * columns + 1 + CALENDAR_COLUMNS);
      for (let k = 0; k < targets; k++) {
        const column = z[k % z.length] as Float64Array;
        const step = Math.floor(k / z.length) + 1;
        y[i * targets + k] = (column[first + i + step] as number) - (column[first + i] as number);
      }
    }
    const system = new RidgeSystem(
      x,
      rows,
      columns,
      rows < 10 * columns ? Math.max(this.#penalty, (0.01 * columns) / Math.max(1, rows)) : this.#penalty,
    );
    const weights = system.solve(y, targets);
    for (let pass = 1; pass <= this.#passes; pass++) {
      signal?.throwIfAborted();
      correct(system, y, targets, weights);
      progress?.(pass / this.#passes);
      await new Promise(setImmediate);
    }
    this.#fitted = { steps, scaling, weights };
  }

  async forecast(frame: SeriesFrame, origins: Int32Array): Promise<Float64Array> {
    const { steps, scaling, weights } = fittedPart(this.#fitted);
    const z = scaled(frame, scaling);
    const targets = steps * z.length;
    const x = new Float64Array(this.#columns(z.length));
    const out = new Float64Array(origins.length * targets);
    for (let i = 0; i < origins.length; i++) {
      this.#fill(x, 0, z, frame, origins[i] as number);
      for (let k = 0; k < targets; k++) {
        let value = (z[k % z.length] as Float64Array)[origins[i] as number] as number;
        for (let j = 0; j < x.length; j++) value += (x[j] as number) * (weights[j * targets + k] as number);
        out[i * targets + k] = unscale(scaling[k % z.length] as Scaling, value);
      }
    }
    return out;
  }

  save(): SavedForecaster {
    return saveWeights(fittedPart(this.#fitted));
  }

  load(steps: number, saved: unknown, arrays: ForecasterArrays): void {
    this.#fitted = loadWeights(steps, saved, arrays);
    const { scaling, weights } = this.#fitted;
    const channels = scaling.length;
    this.#lags = (weights.length / (steps * channels) - 1 - CALENDAR_COLUMNS) / channels;
  }

  #columns(channels: number): number {
    return 1 + CALENDAR_COLUMNS + channels * this.#lags;
  }

  #fill(x: Float64Array, from: number, z: readonly Float64Array[], frame: SeriesFrame, origin: number): void {
    x[from] = 1;
    calendarAt(frame.times[origin] as number, x, from + 1);
    let at = from + 1 + CALENDAR_COLUMNS;
    for (const column of z) {
      x[at++] = column[origin] as number;
      for (let lag = 1; lag < this.#lags; lag++) x[at++] = (column[origin - lag] as number) - (column[origin - lag + 1] as number);
    }
  }
}

/** One step of Huber's method with modified residuals (Huber 1981, 7.8): w += (X'X)^-1 X' clip(residual), the matrix unchanged. */
function correct(system: RidgeSystem, y: Float64Array, targets: number, weights: Float64Array): void {
  const residuals = system.residuals(y, targets, weights);
  const sample = new Float64Array(Math.min(system.rows, 4_001));
  for (let k = 0; k < targets; k++) {
    for (let i = 0; i < sample.length; i++) {
      const row = Math.floor((i * system.rows) / sample.length);
      sample[i] = Math.abs(residuals[row * targets + k] as number);
    }
    sample.sort();
    const limit = ROBUST_LIMIT * (sample[sample.length >> 1] as number);
    if (!(limit > 0)) continue;
    for (let i = k; i < residuals.length; i += targets) residuals[i] = Math.min(limit, Math.max(-limit, residuals[i] as number));
  }
  const change = system.solve(residuals, targets);
  for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] as number) + (change[i] as number);
}
