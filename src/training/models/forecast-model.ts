import type { FitProgress } from '../../core/index.ts';
import { type ForecastModel, packForecastModel } from '../series/forecast-model.ts';
import type { NamedFrame } from '../series/read-series.ts';
import { type TrainedForecast, type TrainForecastOptions, trainForecast } from '../series/train-forecast.ts';
import type { ModelDraft } from './draft.ts';

export interface ForecastDraftOptions extends Omit<TrainForecastOptions, 'progress'> {
  readonly progress?: FitProgress;
  /** How the data were chosen, for those who forecast by it. */
  readonly selection?: Readonly<Record<string, unknown>>;
}

export interface ForecastDraft extends ModelDraft, Pick<TrainedForecast, 'comparison'> {
  readonly model: ForecastModel;
  readonly metrics: Readonly<Record<string, number>>;
  readonly trainingRows: number;
}

/** Trains a forecaster of every channel of a frame. */
export async function trainForecastDraft({ frame, sha256 }: NamedFrame, options: ForecastDraftOptions): Promise<ForecastDraft> {
  const { algorithm, steps, seed } = options;
  const { model, metrics, comparison, trainingRows } = await trainForecast(frame, options);
  return {
    info: {
      detector: 'forecast',
      seed,
      data: { from: frame.times[0] ?? 0, to: frame.times[frame.rows - 1] ?? 0, rows: frame.rows, sha256 },
      features: { channels: frame.channels, step_us: frame.step, ...options.selection },
      hyperParameters: { algorithm, steps, ...options.settings },
      metrics,
      calibration: { coverage: model.coverage, training_rows: trainingRows },
    },
    files: { 'model.bin': packForecastModel(model) },
    model,
    metrics,
    comparison,
    trainingRows,
  };
}
