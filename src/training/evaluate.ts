import { type Detector, type FeatureBatch, type SequenceBatch, VedetteError } from '../core/index.ts';
import { averagePrecision, rocAuc } from '../ml/index.ts';
import { baselinesOf } from './baselines.ts';
import { type ClassificationMetrics, type Confusion, confusionOf, metricsOf, type Rate, rateOf } from './confusion.ts';
import { isNormal, type TrainingData } from './data.ts';
import { type ScoredRows, scoreData } from './score.ts';

export interface EvaluateOptions<B extends FeatureBatch> {
  readonly detector: Detector<B>;
  readonly calibration: Float64Array;
  /** With labels. */
  readonly data: TrainingData<B>;
  readonly promise: number;
  /** The rows it was trained on: adds the baselines that need them. */
  readonly trainedOn?: B;
  /** Population rows that one normal row stands for, where the normal rows are a sample; the abnormal ones are complete. */
  readonly normalWeight?: number;
}

export interface EvaluationMetrics extends ClassificationMetrics {
  /** NaN-free: absent where there is only one class. */
  readonly roc_auc?: number;
  /** Of the rows as they are, without `normalWeight`. */
  readonly pr_auc?: number;
  readonly promised_rate: number;
  /** Share of normal rows flagged, with its 95 % interval. */
  readonly observed_rate: number;
  readonly observed_low: number;
  readonly observed_high: number;
  readonly threshold: number;
  readonly extrapolated: boolean;
  readonly rows: number;
  readonly normal: number;
  readonly abnormal: number;
}

/** Plain JSON, as `evaluate -o json` prints it. */
export interface Evaluation {
  readonly metrics: EvaluationMetrics;
  readonly counts: Confusion;
  /** Recall of each abnormal class. */
  readonly per_class: Readonly<Record<string, Rate>>;
  /** The arms of a combination, ranked alone. */
  readonly arms: Readonly<Record<string, { readonly roc_auc: number }>>;
  readonly baselines: Readonly<Record<string, Partial<EvaluationMetrics>>>;
  readonly normal_weight: number;
}

export async function evaluateModel<B extends FeatureBatch>(options: EvaluateOptions<B>): Promise<Evaluation> {
  const { labels } = options.data;
  if (labels === undefined) {
    throw new VedetteError('USAGE', 'the data carry no labels to compare with', {
      hint: 'add --labels FILE, --label COLUMN or --label-from path',
    });
  }
  return evaluateScores(await scoreData(options), labels, options);
}

export function evaluateScores<B extends FeatureBatch>(
  scored: ScoredRows,
  labels: readonly string[],
  options: Pick<EvaluateOptions<B>, 'data' | 'promise' | 'trainedOn' | 'normalWeight'>,
): Evaluation {
  const weight = options.normalWeight ?? 1;
  const abnormal = Uint8Array.from(labels, (label) => (isNormal(label) ? 0 : 1));
  const measured = measure(scored.anomalous, scored.score, abnormal, weight);
  const positives = abnormal.reduce((sum, one) => sum + one, 0);
  const observed = rateOf(measured.counts.false_positives, abnormal.length - positives);
  const { batch } = options.data;
  const baselines = batch.shape === 'sequences' ? baselinesOf(batch, options.trainedOn as SequenceBatch | undefined, options.promise) : [];
  return {
    metrics: {
      ...measured.metrics,
      ...measured.ranking,
      promised_rate: options.promise,
      observed_rate: observed.value,
      observed_low: observed.low,
      observed_high: observed.high,
      threshold: scored.threshold.score,
      extrapolated: scored.threshold.extrapolated,
      rows: labels.length,
      normal: labels.length - positives,
      abnormal: positives,
    },
    counts: measured.counts,
    per_class: classRecalls(scored.anomalous, labels, abnormal),
    arms: Object.fromEntries(
      Object.entries(scored.arms).flatMap(([arm, score]) => {
        const { roc_auc } = measure(scored.anomalous, score, abnormal, weight).ranking;
        return roc_auc === undefined ? [] : [[arm, { roc_auc }]];
      }),
    ),
    baselines: Object.fromEntries(
      baselines.map(({ name, flagged, score }) => {
        const { metrics, ranking } = measure(flagged, score, abnormal, weight);
        return [name, { ...metrics, ...ranking }];
      }),
    ),
    normal_weight: weight,
  };
}

function measure(
  flagged: Uint8Array,
  score: Float64Array,
  abnormal: Uint8Array,
  weight: number,
): { counts: Confusion; metrics: ClassificationMetrics; ranking: { roc_auc?: number; pr_auc?: number } } {
  const counts = confusionOf(flagged, abnormal);
  const both = abnormal.includes(0) && abnormal.includes(1);
  const ranking = both ? { roc_auc: rocAuc(abnormal, score), pr_auc: averagePrecision(abnormal, score) } : {};
  return { counts, metrics: metricsOf(counts, weight), ranking };
}

function classRecalls(flagged: Uint8Array, labels: readonly string[], abnormal: Uint8Array): Record<string, Rate> {
  const tally = new Map<string, { found: number; of: number }>();
  for (const [row, label] of labels.entries()) {
    if (abnormal[row] === 0) continue;
    const entry = tally.get(label) ?? { found: 0, of: 0 };
    entry.of++;
    entry.found += flagged[row] as number;
    tally.set(label, entry);
  }
  return Object.fromEntries([...tally].sort(([a], [b]) => (a < b ? -1 : 1)).map(([label, { found, of }]) => [label, rateOf(found, of)]));
}
