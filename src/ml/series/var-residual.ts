import { frameRows, type SeriesFrame } from '../../core/index.ts';
import { RidgeSystem } from './linear.ts';
import { fitScaling, type Scaling, scaled, unscale } from './scaler.ts';

export interface VarOptions {
  /** Rows before that a row is predicted from; 0: from the mean alone. */
  readonly lags?: number;
  /** Relative to each column's mean square. */
  readonly penalty?: number;
  /** Errors beyond so many standard deviations count as so many: one wild channel must not decide alone. */
  readonly largest?: number;
  /** Power of the standardised errors whose mean is the score. */
  readonly power?: 1 | 2;
}

/**
 * A vector autoregression of all channels on their last `lags` rows. A row's score is the mean over channels of the absolute
 * or squared errors, standardised by those of the training rows and capped. Causal.
 */
export class VarResidual {
  readonly #lags: number;
  readonly #penalty: number;
  readonly #largest: number;
  readonly #power: number;
  #fitted: { scaling: Scaling[]; weights: Float64Array; spread: Float64Array } | undefined;

  constructor({ lags = 4, penalty = 0.1, largest = 30, power = 2 }: VarOptions = {}) {
    this.#lags = lags;
    this.#penalty = penalty;
    this.#largest = largest;
    this.#power = power;
  }

  fit(frame: SeriesFrame): void {
    const scaling = fitScaling(frame, false);
    const { x, y, rows } = this.#matrices(scaled(frame, scaling), frame.rows);
    const channels = frame.values.length;
    const system = new RidgeSystem(x, rows, this.#columns(channels), this.#penalty);
    const weights = system.solve(y, channels);
    const residuals = system.residuals(y, channels, weights);
    const spread = Float64Array.from({ length: channels }, (_, c) => {
      let sum = 0;
      for (let i = c; i < residuals.length; i += channels) sum += (residuals[i] as number) ** 2;
      return Math.max(1e-3, Math.sqrt(sum / Math.max(1, rows)));
    });
    this.#fitted = { scaling, weights, spread };
  }

  /** (rows); NaN for the first `lags`. */
  score(frame: SeriesFrame): Float64Array {
    if (this.#fitted === undefined) throw new RangeError('fit the model first');
    const { scaling, weights, spread } = this.#fitted;
    const channels = frame.values.length;
    const columns = this.#columns(channels);
    const { x, y, rows } = this.#matrices(scaled(frame, scaling), frame.rows);
    const out = new Float64Array(frame.rows).fill(Number.NaN);
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let c = 0; c < channels; c++) {
        let error = y[r * channels + c] as number;
        for (let j = 0; j < columns; j++) error -= (x[r * columns + j] as number) * (weights[j * channels + c] as number);
        sum += Math.min(this.#largest, Math.abs(error) / (spread[c] as number)) ** this.#power;
      }
      out[r + this.#lags] = sum / channels;
    }
    return out;
  }

  /**
   * The frame with the cells that say nothing (`isUnknown`) as the model makes them likely by the rows before, those it has replaced
   * itself among them: their errors are 0, and the rows after them are judged as if they had been as expected. Causal.
   */
  impute(frame: SeriesFrame, isUnknown: (channel: number, row: number) => boolean): SeriesFrame {
    if (this.#fitted === undefined) throw new RangeError('fit the model first');
    const { scaling, weights } = this.#fitted;
    const channels = frame.values.length;
    const z = scaled(frame, scaling).map((column) => column.slice());
    const values = frame.values.map((column) => column.slice());
    for (let row = this.#lags; row < frame.rows; row++) {
      for (let c = 0; c < channels; c++) {
        if (!isUnknown(c, row)) continue;
        let sum = weights[c] as number;
        let j = 1;
        for (let k = 0; k < channels; k++) {
          for (let lag = 1; lag <= this.#lags; lag++, j++)
            sum += ((z[k] as Float64Array)[row - lag] as number) * (weights[j * channels + c] as number);
        }
        (z[c] as Float64Array)[row] = sum;
        (values[c] as Float64Array)[row] = unscale(scaling[c] as Scaling, sum);
      }
    }
    return { ...frame, values };
  }

  /** Of one row: what its channels were expected to be, and their standardised absolute errors. NaN before `lags` rows. */
  explain(frame: SeriesFrame, row: number): { readonly expected: Float64Array; readonly errors: Float64Array } {
    if (this.#fitted === undefined) throw new RangeError('fit the model first');
    const { scaling, weights, spread } = this.#fitted;
    const channels = frame.values.length;
    const columns = this.#columns(channels);
    const nothing = () => new Float64Array(channels).fill(Number.NaN);
    if (row < this.#lags) return { expected: nothing(), errors: nothing() };
    const { x, y } = this.#matrices(scaled(frameRows(frame, row - this.#lags, row + 1), scaling), this.#lags + 1);
    const predicted = Float64Array.from({ length: channels }, (_, c) => {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += (x[j] as number) * (weights[j * channels + c] as number);
      return sum;
    });
    return {
      expected: predicted.map((value, c) => unscale(scaling[c] as Scaling, value)),
      errors: predicted.map((value, c) => Math.abs((y[c] as number) - value) / (spread[c] as number)),
    };
  }

  /** What it has learnt, as plain numbers. */
  parameters(): { readonly weights: Float64Array; readonly spread: Float64Array; readonly scaling: Float64Array } {
    if (this.#fitted === undefined) throw new RangeError('fit the model first');
    const { scaling, weights, spread } = this.#fitted;
    return { weights, spread, scaling: Float64Array.from(scaling.flatMap(({ centre, spread: unit }) => [centre, unit])) };
  }

  #columns(channels: number): number {
    return 1 + channels * this.#lags;
  }

  #matrices(z: readonly Float64Array[], frameRows: number): { x: Float64Array; y: Float64Array; rows: number } {
    const rows = Math.max(0, frameRows - this.#lags);
    const columns = this.#columns(z.length);
    const x = new Float64Array(rows * columns);
    const y = new Float64Array(rows * z.length);
    for (let r = 0; r < rows; r++) {
      let at = r * columns;
      x[at++] = 1;
      for (const [c, column] of z.entries()) {
        y[r * z.length + c] = column[r + this.#lags] as number;
        for (let lag = 1; lag <= this.#lags; lag++) x[at++] = column[r + this.#lags - lag] as number;
      }
    }
    return { x, y, rows };
  }
}
