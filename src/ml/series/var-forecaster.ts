import type { SeriesFrame } from '../../core/index.ts';
import { type FitOptions, type ForecasterArrays, fittedPart, type SavedForecaster, type StorableForecaster } from './forecaster.ts';
import { RidgeSystem } from './linear.ts';
import { type LinearWeights, loadWeights, saveWeights } from './linear-weights.ts';
import { fitScaling, type Scaling, scaled, unscale } from './scaler.ts';

const DEFAULT_LAGS = 4;
const PENALTY = 1e-4;
/** Training looks at no more than this many of the latest rows. */
const MOST_ROWS = 40_000;

/**
 * A vector autoregression: the change of every channel is linear in the last `lags` rows of all of them (ridge, so that with few
 * rows it nears the last value). Further steps ahead repeat the one, forecasts taken for values.
 */
export class VarForecaster implements StorableForecaster {
  readonly name = 'var';
  #lags: number;
  /** Of (1 + lags x channels, channels). */
  #fitted: LinearWeights | undefined;

  constructor(lags = DEFAULT_LAGS) {
    this.#lags = lags;
  }

  get history(): number {
    return this.#lags;
  }

  async fit(frame: SeriesFrame, { steps, signal }: FitOptions): Promise<void> {
    signal?.throwIfAborted();
    const scaling = fitScaling(frame);
    const values = scaled(frame, scaling);
    const channels = values.length;
    const first = Math.max(this.#lags - 1, frame.rows - 1 - MOST_ROWS);
    const rows = Math.max(0, frame.rows - 1 - first);
    const columns = 1 + this.#lags * channels;
    const x = new Float64Array(rows * columns);
    const y = new Float64Array(rows * channels);
    for (let i = 0; i < rows; i++) {
      const row = first + i;
      this.#fill(x, i * columns, (channel, lag) => (values[channel] as Float64Array)[row - lag] as number, channels);
      for (let c = 0; c < channels; c++) {
        const column = values[c] as Float64Array;
        y[i * channels + c] = (column[row + 1] as number) - (column[row] as number);
      }
    }
    this.#fitted = { steps, scaling, weights: new RidgeSystem(x, rows, columns, PENALTY).solve(y, channels) };
  }

  async forecast(frame: SeriesFrame, origins: Int32Array): Promise<Float64Array> {
    const { steps, scaling, weights } = fittedPart(this.#fitted);
    const values = scaled(frame, scaling);
    const channels = values.length;
    const x = new Float64Array(1 + this.#lags * channels);
    const out = new Float64Array(origins.length * steps * channels);
    for (const [i, origin] of origins.entries()) {
      /** (lags + steps) rows of all channels, what is forecast behind what was. */
      const path = values.map((column) => [...column.subarray(origin - this.#lags + 1, origin + 1)]);
      for (let k = 0; k < steps; k++) {
        const last = this.#lags - 1 + k;
        this.#fill(x, 0, (channel, lag) => (path[channel] as number[])[last - lag] as number, channels);
        for (let c = 0; c < channels; c++) {
          let next = (path[c] as number[])[last] as number;
          for (let j = 0; j < x.length; j++) next += (x[j] as number) * (weights[j * channels + c] as number);
          (path[c] as number[]).push(next);
          out[(i * steps + k) * channels + c] = unscale(scaling[c] as Scaling, next);
        }
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
    this.#lags = (weights.length / scaling.length - 1) / scaling.length;
  }

  /** The last values, then the changes before them: what the ridge shrinks is how much older rows matter. */
  #fill(x: Float64Array, from: number, value: (channel: number, lag: number) => number, channels: number): void {
    x[from] = 1;
    let at = from + 1;
    for (let c = 0; c < channels; c++) {
      x[at++] = value(c, 0);
      for (let lag = 1; lag < this.#lags; lag++) x[at++] = value(c, lag - 1) - value(c, lag);
    }
  }
}
