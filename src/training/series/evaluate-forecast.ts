import { frameRows, type SeriesFrame, VedetteError } from '../../core/index.ts';
import { type Forecaster, fillGaps, LastValue, mase, RidgeForecaster, SeasonalNaive, smape } from '../../ml/index.ts';
import { channelsOf, type ForecastModel } from './forecast-model.ts';

/** Errors of one forecaster, means over channels. */
export interface ForecastErrors extends ChannelErrors {
  readonly name: string;
  readonly channels: Readonly<Record<string, ChannelErrors>>;
}

export interface ChannelErrors {
  /** In %, by step ahead. */
  readonly smape: readonly number[];
  /** Over the in-sample error of the last value; by step ahead. */
  readonly mase: readonly number[];
  /** Share of values within the interval, where there is one. */
  readonly coverage?: number;
}

export interface ForecastEvaluation {
  readonly origins: number;
  readonly promisedCoverage: number;
  /** The model first, then last value, seasonal naive and ridge. */
  readonly forecasters: readonly ForecastErrors[];
}

/** Share of the rows that the baselines with something to learn (ridge) learn from; errors are of the rows after it. */
const BASELINE_ROWS = 0.5;

/**
 * A stored model on data it has not seen: every origin of the second half of the rows, the first half being history and what
 * the ridge baseline learns from. Throws DATA_INSUFFICIENT for fewer rows than that takes.
 */
export async function evaluateForecast(model: ForecastModel, data: SeriesFrame): Promise<ForecastEvaluation> {
  const frame = fillGaps(channelsOf(model, data));
  const { steps } = model;
  const learnt = Math.max(Math.floor(frame.rows * BASELINE_ROWS), model.forecaster.history);
  const origins = Int32Array.from({ length: Math.max(0, frame.rows - steps - learnt + 1) }, (_, i) => learnt - 1 + i);
  if (origins.length === 0 || learnt < 4 * steps + 4) {
    throw new VedetteError('DATA_INSUFFICIENT', `${frame.rows} rows are too few to evaluate ${steps} steps ahead`, {
      hint: `give at least ${2 * Math.max(model.forecaster.history, 4 * steps + 4) + steps} rows`,
    });
  }
  const training = frameRows(frame, 0, learnt);
  const baselines: Forecaster[] = [new LastValue(), new SeasonalNaive('seasonal naive'), new RidgeForecaster()];
  for (const baseline of baselines) await baseline.fit(training, { steps, seed: 1 });
  const forecasters = [await forecastErrors(model.forecaster, frame, origins, steps, model.widths)];
  for (const baseline of baselines) forecasters.push(await forecastErrors(baseline, frame, origins, steps));
  return { origins: origins.length, promisedCoverage: model.coverage, forecasters };
}

/** Errors of the forecasts of these origins; `widths` (steps, channels): half widths of the intervals that are counted. */
export async function forecastErrors(
  forecaster: Forecaster,
  frame: SeriesFrame,
  origins: Int32Array,
  steps: number,
  widths?: Float64Array,
): Promise<ForecastErrors> {
  const forecast = await forecaster.forecast(frame, origins);
  const table = frame.channels.map((_, c) => errorsOf(frame, c, origins, steps, forecast, widths));
  const byStep = (of: (errors: ChannelErrors) => readonly number[]) =>
    Array.from({ length: steps }, (_, k) => mean(table.map((errors) => of(errors)[k] as number)));
  return {
    name: forecaster.name,
    smape: byStep((errors) => errors.smape),
    mase: byStep((errors) => errors.mase),
    ...(widths === undefined ? {} : { coverage: mean(table.map(({ coverage = Number.NaN }) => coverage)) }),
    channels: Object.fromEntries(frame.channels.map((name, c) => [name, table[c] as ChannelErrors])),
  };
}

function errorsOf(
  frame: SeriesFrame,
  channel: number,
  origins: Int32Array,
  steps: number,
  forecast: Float64Array,
  widths: Float64Array | undefined,
): ChannelErrors {
  const channels = frame.channels.length;
  const column = frame.values[channel] as Float64Array;
  const training = column.subarray(0, (origins[0] as number) + 1);
  let inside = 0;
  const perStep = Array.from({ length: steps }, (_, k) => {
    const at = k * channels + channel;
    const actual = Array.from(origins, (origin) => column[origin + k + 1] as number);
    const predicted = Array.from(origins, (_, i) => forecast[i * steps * channels + at] as number);
    const width = widths?.[at] ?? Number.NaN;
    for (const [i, value] of actual.entries()) if (Math.abs(value - (predicted[i] as number)) <= width) inside++;
    return { smape: smape(actual, predicted), mase: mase(actual, predicted, training) };
  });
  return {
    smape: perStep.map((one) => one.smape),
    mase: perStep.map((one) => one.mase),
    ...(widths === undefined ? {} : { coverage: inside / (origins.length * steps) }),
  };
}

function mean(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
}
