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
} from '../../ml/index.ts';
import { type ForecastErrors, forecastErrors } from './evaluate-forecast.ts';
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
  /** The model first, then last value, daily season and ridge: errors and coverage of those rows, per channel too. */
  readonly comparison: readonly ForecastErrors[];
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
  const calibrated = actualOf(frame, calibration, steps);
  const widths = conformalWidths(calibrated, await forecaster.forecast(frame, calibration), columns, coverage);
  const metrics: Record<string, number> = {};
  const baselines = [new LastValue(), new SeasonalNaive(), new RidgeForecaster()].filter(({ name }) => name !== forecaster.name);
  const comparison: ForecastErrors[] = [];
  for (const one of [forecaster, ...baselines]) {
    if (one !== forecaster) await one.fit(training, fitting);
    const own = one === forecaster ? widths : conformalWidths(calibrated, await one.forecast(frame, calibration), columns, coverage);
    const errors = await forecastErrors(one, frame, test, steps, own);
    comparison.push(errors);
    const name = one === forecaster ? '' : `_${one.name.replace(' ', '_')}`;
    metrics[`smape_step_1${name}`] = errors.smape[0] as number;
    metrics[`smape_step_${steps}${name}`] = errors.smape.at(-1) as number;
    if (one === forecaster) metrics.coverage = errors.coverage as number;
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
  return { model, metrics, comparison, trainingRows };
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
