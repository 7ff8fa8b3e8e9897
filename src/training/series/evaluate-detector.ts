import { type Detector, frameRows, type SeriesBatch, type SeriesFrame, VedetteError } from '../../core/index.ts';
import { averagePrecision, fillGaps, quantile, rocAuc, VarResidual, volumeUnderSurface } from '../../ml/index.ts';
import { createDetector } from '../train.ts';
import { countEvents, recallAtBudget } from './events.ts';
import { NAB_PROFILES, nabScore } from './nab-score.ts';
import { readingsOf } from './readings-of.ts';

/** How well scores per row tell labelled rows. No figure is point-adjusted. */
export interface SeriesEvaluation {
  readonly vus_pr: number;
  readonly vus_roc: number;
  readonly pr_auc: number;
  readonly roc_auc: number;
  /** Standard profile, at the best threshold for it, as the benchmark has it. */
  readonly nab: number;
  /** Events found at the threshold that raises 1 % of the normal rows. */
  readonly event_recall_at_1_percent: number;
  /** At the threshold from the rows learnt from. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly false_positive_rate: number;
  readonly events: number;
  readonly events_found: number;
  readonly false_episodes: number;
  /** Median over the events found, from the first alarm to the end of the event; NaN without any. */
  readonly minutes_of_warning: number;
}

const BUFFER = 100;
const FACTOR = 4 / 3;

/** Scores of the rows of a frame, learnt from its first rows; causal. */
type Scorer = (frame: SeriesFrame, learnt: number) => Promise<Float64Array> | Float64Array;

const residual =
  (lags: number): Scorer =>
  (frame, learnt) => {
    const model = new VarResidual({ lags });
    model.fit(frameRows(frame, 0, learnt));
    return model.score(frame).map((score) => (Number.isFinite(score) ? score : 0));
  };

/** Of the model's name: a detector of readings, or `var`, the residual of a vector autoregression of all channels. */
function scorerOf(detector: string, seed: number): Scorer {
  if (detector === 'var') return residual(4);
  return async (frame, learnt) => {
    const made = (await createDetector(detector, {}, seed)).detector as unknown as Detector<SeriesBatch>;
    if (made.shape !== 'series') {
      throw new VedetteError('USAGE', `${detector} is no detector of readings`, { hint: 'choose forecast, device-faults, discord or var' });
    }
    await made.fit(readingsOf(frame, 'series', 0, learnt));
    const channels = frame.channels.length;
    const out = new Float64Array(frame.rows);
    const { score } = await made.score(readingsOf(frame, 'series', learnt));
    for (let i = 0; i < score.length; i++) {
      const row = learnt + Math.floor(i / channels);
      const value = score[i] as number;
      if (value > (out[row] as number)) out[row] = value;
    }
    return out;
  };
}

const BASELINES: Readonly<Record<string, Scorer>> = {
  'distance from the mean': residual(0),
  'change from the row before': (frame, learnt) => {
    const spreads = frame.values.map((column) => {
      const sizes = column.slice(1, learnt).map((value, i) => Math.abs(value - (column[i] as number)));
      return quantile(sizes.sort(), 0.9) || 1;
    });
    return Float64Array.from({ length: frame.rows }, (_, row) =>
      Math.max(
        ...frame.values.map((c, i) => (row === 0 ? 0 : Math.abs((c[row] as number) - (c[row - 1] as number)) / (spreads[i] as number))),
      ),
    );
  },
  everything: (frame) => new Float64Array(frame.rows).fill(1),
};

/**
 * A detector on a labelled frame: the first `learnt` rows are learnt from and give the threshold, the others are judged, beside
 * trivial baselines. Throws DATA_INSUFFICIENT where no judged row is labelled.
 */
export async function evaluateSeriesDetector(
  detector: string,
  data: SeriesFrame,
  labels: Float64Array,
  options: { readonly learnt: number; readonly seed: number },
): Promise<{ readonly metrics: SeriesEvaluation; readonly baselines: Readonly<Record<string, SeriesEvaluation>> }> {
  const frame = fillGaps(data);
  const { learnt, seed } = options;
  const judged = labels.slice(learnt);
  if (!judged.some((label) => label !== 0)) {
    throw new VedetteError('DATA_INSUFFICIENT', `none of the ${judged.length} rows after the ${learnt} learnt from is labelled abnormal`, {
      hint: 'give labelled data, or learn from fewer rows',
    });
  }
  // What a model makes of rows it learnt from says nothing: one that learnt from their first half gives the threshold.
  const half = Math.floor(learnt / 2);
  const scored = async (scorer: Scorer) => {
    const normal = (await scorer(frameRows(frame, 0, learnt), half)).slice(half).sort();
    return evaluated((await scorer(frame, learnt)).slice(learnt), judged, FACTOR * quantile(normal, 0.999), frame.step);
  };
  const baselines: Record<string, SeriesEvaluation> = {};
  for (const [name, scorer] of Object.entries(BASELINES)) baselines[name] = await scored(scorer);
  return { metrics: await scored(scorerOf(detector, seed)), baselines };
}

function evaluated(own: Float64Array, actual: Float64Array, threshold: number, stepMicros: number): SeriesEvaluation {
  const raised = own.map((score) => (score > threshold ? 1 : 0));
  const count = (label: boolean, up: number) =>
    raised.reduce((sum, value, i) => sum + Number(value === up && (actual[i] !== 0) === label), 0);
  const [hit, missed, wrong, quiet] = [count(true, 1), count(true, 0), count(false, 1), count(false, 0)];
  const events = countEvents(actual, raised);
  const volume = volumeUnderSurface(actual, own, Math.min(BUFFER, Math.floor(own.length / 10)));
  const warnings = [...events.warnings].sort((a, b) => a - b);
  return {
    vus_pr: volume.precisionRecall,
    vus_roc: volume.roc,
    pr_auc: averagePrecision(actual, own),
    roc_auc: rocAuc(actual, own),
    nab: nabScore([{ scores: own, windows: windowsOf(actual) }], NAB_PROFILES.standard).score,
    event_recall_at_1_percent: recallAtBudget(actual, own, 0.01),
    precision: hit / (hit + wrong),
    recall: hit / (hit + missed),
    f1: (2 * hit) / (2 * hit + wrong + missed),
    false_positive_rate: wrong / (wrong + quiet),
    events: events.events,
    events_found: events.found,
    false_episodes: events.falseEpisodes,
    minutes_of_warning: ((warnings[warnings.length >> 1] ?? Number.NaN) * stepMicros) / 60e6,
  };
}

function windowsOf(labels: Float64Array): [number, number][] {
  const windows: [number, number][] = [];
  for (let row = 0; row < labels.length; row++) {
    if (labels[row] === 0) continue;
    const from = row;
    while (row + 1 < labels.length && labels[row + 1] !== 0) row++;
    windows.push([from, row]);
  }
  return windows;
}
