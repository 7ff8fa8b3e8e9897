import { type FitProgress, frameRows, type SeriesFrame, VedetteError } from '../../core/index.ts';
import {
  conformalWidths,
  type FitCheckpoints,
  type ForecastAlgorithm,
  type ForecastSettings,
  fillGaps,
  LastValue,
  RidgeForecaster,
  SeasonalNaive,
  smape,
} from '../../ml/index.ts';
import { createForecaster, type ForecastModel } from './forecast-model.ts';

export interface TrainForecastOptions {
  readonly algorithm: ForecastAlgorithm;
  readonly steps: number;
  readonly seed: number;
  /** Share of later values that an interval holds. Default 0.9. */
  readonly coverage?: number;
  readonly progress?: FitProgress;
  readonly signal?: AbortSignal;
  readonly settings?: ForecastSettings;
  /** Where an interrupted training goes on. */
  readonly checkpoints?: FitCheckpoints;
}

export interface TrainedForecast {
  readonly model: ForecastModel;
  /** Mean SMAPE over channels in % on the rows held back, at the first and the last step, of the model and the baselines. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly trainingRows: number;
}

/**
 * Learns from the first four fifths. The next tenth gives the intervals their widths, the last tenth measures errors and
 * coverage, beside last value, daily season and ridge.
 */
export async function trainForecast(data: SeriesFrame, options: TrainForecastOptions): Promise<TrainedForecast> {
  const { algorithm, steps, seed, coverage = 0.9 } = options;
  const frame = fillGaps(data);
  const forecaster = createForecaster(algorithm, options.settings);
  const trainingRows = Math.floor(frame.rows * 0.8);
  const needed = forecaster.history + 4 * steps;
  if (trainingRows < needed + 20) {
    throw new VedetteError('DATA_INSUFFICIENT', `${frame.rows} rows are too few to forecast ${steps} steps with ${algorithm}`, {
      hint: `give at least ${Math.ceil((needed + 20) / 0.8)} rows, or fewer --steps`,
    });
  }
  const training = frameRows(frame, 0, trainingRows);
  const fitting = { steps, seed, ...(options.signal === undefined ? {} : { signal: options.signal }) };
  await forecaster.fit(training, {
    ...fitting,
    ...(options.progress === undefined ? {} : { progress: options.progress }),
    ...(options.checkpoints === undefined ? {} : { checkpoints: options.checkpoints }),
  });
  if (forecaster.history > trainingRows) {
    throw new VedetteError('DATA_INSUFFICIENT', `${algorithm} looks ${forecaster.history} rows back, ${trainingRows} were learnt from`, {
      hint: 'give a longer stretch of the series, or a shorter season',
    });
  }
  const half = Math.floor((trainingRows + frame.rows - steps) / 2);
  const calibration = between(trainingRows - 1, half - steps);
  const test = between(half, frame.rows - steps);
  const columns = steps * frame.channels.length;
  const widths = conformalWidths(actualOf(frame, calibration, steps), await forecaster.forecast(frame, calibration), columns, coverage);
  const metrics: Record<string, number> = {};
  const baselines = [new LastValue(), new SeasonalNaive(), new RidgeForecaster()].filter(({ name }) => name !== forecaster.name);
  const actual = actualOf(frame, test, steps);
  for (const model of [forecaster, ...baselines]) {
    if (model !== forecaster) await model.fit(training, fitting);
    const forecast = await model.forecast(frame, test);
    const name = model === forecaster ? '' : `_${model.name.replace(' ', '_')}`;
    metrics[`smape_step_1${name}`] = smape(atStep(actual, 1, steps, columns), atStep(forecast, 1, steps, columns));
    metrics[`smape_step_${steps}${name}`] = smape(atStep(actual, steps, steps, columns), atStep(forecast, steps, steps, columns));
    if (model === forecaster) metrics.coverage = covered(actual, forecast, widths);
  }
  const model = {
    algorithm,
    steps,
    channels: frame.channels,
    step: frame.step,
    coverage,
    widths,
    forecaster,
  };
  return { model, metrics, trainingRows };
}

function between(from: number, to: number): Int32Array {
  return Int32Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** (origins, steps, channels) */
function actualOf(frame: SeriesFrame, origins: Int32Array, steps: number): Float64Array {
  const channels = frame.channels.length;
  return Float64Array.from({ length: origins.length * steps * channels }, (_, i) => {
    const row = (origins[Math.floor(i / (steps * channels))] as number) + (Math.floor(i / channels) % steps) + 1;
    return (frame.values[i % channels] as Float64Array)[row] as number;
  });
}

function atStep(values: Float64Array, step: number, steps: number, columns: number): Float64Array {
  const channels = columns / steps;
  return values.filter((_, i) => Math.floor(i / channels) % steps === step - 1);
}

function covered(actual: Float64Array, forecast: Float64Array, widths: Float64Array): number {
  let inside = 0;
  for (let i = 0; i < actual.length; i++) {
    if (Math.abs((actual[i] as number) - (forecast[i] as number)) <= (widths[i % widths.length] as number)) inside++;
  }
  return inside / Math.max(1, actual.length);
}
