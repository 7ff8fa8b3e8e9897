import { pValuesOf } from '../alerts/index.ts';
import { csvCell, type Detector, type FeatureBatch } from '../core/index.ts';
import type { TrainingData } from './data.ts';
import { calibratedThreshold, type Threshold } from './threshold.ts';

/** One entry per row, in the data's order. */
export interface ScoredRows {
  readonly ids: readonly string[];
  readonly score: Float64Array;
  readonly pValue: Float64Array;
  readonly anomalous: Uint8Array;
  readonly arms: Readonly<Record<string, Float64Array>>;
  readonly threshold: Threshold;
}

export interface ScoreOptions<B extends FeatureBatch> {
  readonly detector: Detector<B>;
  /** Of the fit: scores of normal rows by a model that had not seen them. */
  readonly calibration: Float64Array;
  readonly data: TrainingData<B>;
  readonly promise: number;
  readonly whenTooSmall?: 'refuse' | 'mark';
}

export async function scoreData<B extends FeatureBatch>(options: ScoreOptions<B>): Promise<ScoredRows> {
  const { batch } = options.data;
  const threshold = calibratedThreshold(options.calibration, options.promise, options.whenTooSmall);
  const { score, arms = {} } = await options.detector.score(batch);
  const { pValue } = pValuesOf(threshold.calibration, score);
  // a p-value is rounded where it equals the rate; the score decides
  const anomalous = Uint8Array.from(score, (value) => (value > threshold.score ? 1 : 0));
  return { ids: idsOf(batch), score, pValue, anomalous, arms, threshold };
}

function idsOf(batch: FeatureBatch): readonly string[] {
  if (batch.shape === 'sequences' || batch.shape === 'rows') return batch.keys;
  return Array.from({ length: batch.rows }, (_, row) => String(row));
}

/** `id,score,p_value,threshold,anomalous`; threshold is the p-value at or below which a row is flagged. */
export function* scoreCsv(rows: ScoredRows): Generator<string> {
  yield 'id,score,p_value,threshold,anomalous\n';
  for (let row = 0; row < rows.ids.length; row++) {
    const id = rows.ids[row] as string;
    yield `${csvCell(id)},${rows.score[row]},${rows.pValue[row]},${rows.threshold.rate},${rows.anomalous[row]}\n`;
  }
}
