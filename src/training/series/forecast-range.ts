import { type SeriesFrame, VedetteError } from '../../core/index.ts';
import { fillGaps, smape } from '../../ml/index.ts';
import { channelsOf, type ForecastModel } from './forecast-model.ts';

/** Forecasts of every row of a frame, the model's last step ahead, beside what came. */
export interface RangeForecast {
  readonly channels: readonly string[];
  /** (rows) time that each row of `predictions` is about, microseconds. */
  readonly times: readonly number[];
  /** (rows, channels) */
  readonly predictions: readonly (readonly number[])[];
  /** One value a channel, where the frame holds what came; empty otherwise. */
  readonly evaluation: Readonly<Record<'mods_smape' | 'mods_r2' | 'mods_rmse' | 'mods_cosine', readonly number[]>>;
}

/** DATA_INSUFFICIENT when the frame is shorter than the history a forecast needs. */
export async function forecastRange(model: ForecastModel, frame: SeriesFrame): Promise<RangeForecast> {
  const own = channelsOf(model, fillGaps(frame));
  const { history } = model.forecaster;
  if (own.rows < history)
    throw new VedetteError('DATA_INSUFFICIENT', `a forecast needs ${history} rows of history, the time chosen has ${own.rows}`, {
      hint: 'Choose a longer time.',
    });
  const { steps, channels, step } = model;
  const origins = Int32Array.from({ length: own.rows - history + 1 }, (_, i) => history - 1 + i);
  const forecast = await model.forecaster.forecast(own, origins);
  const width = steps * channels.length;
  const predictions = Array.from(origins, (_, row) =>
    channels.map((_name, c) => forecast[row * width + (steps - 1) * channels.length + c] as number),
  );
  const times = Array.from(origins, (origin) => (own.times[origin] as number) + steps * step);
  const known = Math.max(0, origins.length - steps);
  const errors = channels.map((_name, c) => {
    const column = own.values[c] as Float64Array;
    const actual = Float64Array.from({ length: known }, (_, row) => column[(origins[row] as number) + steps] as number);
    return errorsOf(
      actual,
      Float64Array.from({ length: known }, (_, row) => predictions[row]?.[c] as number),
    );
  });
  const list = (of: keyof ReturnType<typeof errorsOf>) => (known === 0 ? [] : errors.map((one) => one[of]));
  const evaluation = { mods_smape: list('smape'), mods_r2: list('r2'), mods_rmse: list('rmse'), mods_cosine: list('cosine') };
  return { channels, times, predictions, evaluation };
}

function errorsOf(actual: Float64Array, forecast: Float64Array): { smape: number; r2: number; rmse: number; cosine: number } {
  const mean = actual.reduce((sum, value) => sum + value, 0) / Math.max(1, actual.length);
  let [squares, spread, product, a, b] = [0, 0, 0, 0, 0];
  for (const [i, value] of actual.entries()) {
    const other = forecast[i] as number;
    squares += (value - other) ** 2;
    spread += (value - mean) ** 2;
    product += value * other;
    a += value * value;
    b += other * other;
  }
  return {
    smape: smape(actual, forecast),
    r2: 1 - squares / spread,
    rmse: Math.sqrt(squares / Math.max(1, actual.length)),
    cosine: product / Math.sqrt(a * b),
  };
}
