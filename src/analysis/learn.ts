import { binomialInterval, calibrate, mostAbnormal, pValuesOf, scoreAtRate, smallestRate } from '../alerts/index.ts';
import { type LabelledRow, type SequenceBatch, selectSequences } from '../core/index.ts';
import { type CoreRows, coreRows } from '../features/index.ts';
import type { FittedModel } from './options.ts';

import { SUSPECT_SHARE, selfPValues, selfThreshold } from './self-calibration.ts';

/** Scores of a batch with what they mean. */
export interface ScoredRows {
  readonly score: Float64Array;
  readonly pValue: Float64Array;
  /** 1 where the calibration doesn't resolve the p-value. */
  readonly extrapolated: Uint8Array;
  /** Score above which a row is flagged. */
  readonly threshold: number;
  /** Rows that would be flagged but for a label. */
  readonly forgiven: readonly number[];
  /** How many times more rows were flagged than promised, where chance does not explain it; else 1. */
  readonly excess: number;
  /** False where p-values are ranks only, because scores come in steps that no tail follows: the rarest row is then rank one whatever it is. */
  readonly tailed: boolean;
  /** Rows that were judged and are not among these, as they are too many to be held. */
  readonly beyond?: RowsBeyond;
}

/** Rows that were judged and not kept. */
export interface RowsBeyond {
  readonly rows: number;
  /** p-values of those that were flagged, as many as are kept. */
  readonly flagged: readonly number[];
  readonly byInput: ReadonlyMap<string, { readonly scored: number; readonly flagged: number }>;
}

/** What scores of rows mean that were not learnt from. */
export type Judge = (score: Float64Array) => Pick<ScoredRows, 'pValue' | 'extrapolated'>;

/** Rows that were judged in all. */
export function rowsOf({ pValue, beyond }: ScoredRows): number {
  return pValue.length + (beyond?.rows ?? 0);
}

/** Against scores of rows that are taken for normal. */
export function judgeBy(calibrationScores: Float64Array): Judge {
  const calibration = calibrate(calibrationScores);
  return (score) => pValuesOf(calibration, score);
}

/** Rows by a model that learnt from something else. */
export async function scoreWith(model: FittedModel, batch: SequenceBatch, promise: number): Promise<ScoredRows> {
  const { score } = await model.detector.score(batch);
  const calibration = calibrate(model.calibration);
  return {
    score,
    ...pValuesOf(calibration, score),
    threshold: scoreAtRate(calibration, promise).score,
    forgiven: [],
    excess: 1,
    tailed: true,
  };
}

/** A model, the rows that it learnt from with their scores, and what scores of others mean. */
interface LearntRows {
  readonly fitted: FittedModel;
  readonly scored: ScoredRows;
  readonly judge: Judge;
}

/**
 * Fits a detector to the batch and scores the same batch: common patterns by models that had not seen the row, rare ones
 * by the model of the common ones, unless that would flag far more than is promised: then all by models that had not seen the row.
 */
export async function learnFromItself(
  model: Omit<FittedModel, 'calibration' | 'rows' | 'from' | 'to'>,
  batch: SequenceBatch,
  promise: number,
  labels: readonly LabelledRow[],
  progress: (share: number) => void,
): Promise<LearntRows> {
  const split = coreRows(batch);
  let learnt = await learnFrom(model, batch, split, promise, (share) => progress(share * 0.6));
  // So much of an input is not abnormal: the rare patterns are then part of what is normal.
  const most = mostAbnormal(promise) * batch.rows;
  if (split.rest.length > 0 && flaggedAt(learnt.scored, promise).length > most) {
    const all = Array.from({ length: batch.rows }, (_, row) => row);
    learnt = await learnFrom(model, batch, { core: all, rest: [], independent: split.independent }, promise, (share) =>
      progress(0.6 + share * 0.3),
    );
  }
  const { fitted, scored, judge } = learnt;
  const flagged = labels.length === 0 ? [] : flaggedAt(scored, promise);
  if (labels.length > 0) await overlay(fitted, batch, labels, scored, fitted.calibration);
  const forgiven = flagged.filter((row) => !((scored.pValue[row] as number) <= promise));
  progress(1);
  return { fitted, judge, scored: { ...scored, forgiven, excess: excessOf(flaggedAt(scored, promise).length, batch.rows, promise) } };
}

async function learnFrom(
  model: Omit<FittedModel, 'calibration' | 'rows' | 'from' | 'to'>,
  batch: SequenceBatch,
  { core, rest, independent }: CoreRows,
  promise: number,
  progress: (share: number) => void,
): Promise<LearntRows> {
  const summary = await model.detector.fit(rest.length === 0 ? batch : selectSequences(batch, core), progress);
  const fitted: FittedModel = { ...model, calibration: summary.calibration, rows: summary.rows, from: summary.from, to: summary.to };
  // Rare combinations of independent events have scores in steps that no tail follows: only the promised share is beyond them.
  const self = selfPValues(summary.calibration, independent ? Math.min(promise, SUSPECT_SHARE) : SUSPECT_SHARE);
  const scored: ScoredRows = {
    score: new Float64Array(batch.rows),
    pValue: new Float64Array(batch.rows).fill(Number.NaN),
    extrapolated: new Uint8Array(batch.rows),
    threshold: rest.length === 0 ? selfThreshold(promise, self) : scoreAtRate(calibrate(summary.calibration), promise).score,
    forgiven: [],
    excess: 1,
    tailed: self.scale > 0,
  };
  const smallest = smallestRate(summary.calibration.length);
  for (let i = 0; i < core.length; i++) {
    const row = core[i] as number;
    scored.score[row] = summary.calibration[i] as number;
    scored.pValue[row] = self.pValue[i] as number;
    scored.extrapolated[row] = (self.pValue[i] as number) < smallest ? 1 : 0;
  }
  if (rest.length > 0) {
    const others = await scoreWith(fitted, selectSequences(batch, rest), promise);
    for (let i = 0; i < rest.length; i++) {
      const row = rest[i] as number;
      scored.score[row] = others.score[i] as number;
      scored.pValue[row] = others.pValue[i] as number;
      scored.extrapolated[row] = others.extrapolated[i] as number;
    }
  }
  if (rest.length > 0) return { fitted, scored, judge: judgeBy(summary.calibration) };
  const judge: Judge = (score) => {
    const pValue = score.map(self.of);
    return { pValue, extrapolated: Uint8Array.from(pValue, (one) => (one < smallest ? 1 : 0)) };
  };
  return { fitted, scored, judge };
}

export function excessOf(flagged: number, rows: number, promise: number): number {
  const [least] = binomialInterval(flagged, rows);
  return least > promise ? flagged / rows / promise : 1;
}

/** Rows whose p-value is at or below the promise. */
export function flaggedAt(scored: ScoredRows, promise: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < scored.pValue.length; row++) if ((scored.pValue[row] as number) <= promise) rows.push(row);
  return rows;
}

/** Labels move scores the way they move those of a fresh scoring: down for what was called normal, up for what was confirmed. */
async function overlay(
  fitted: FittedModel,
  batch: SequenceBatch,
  labels: readonly LabelledRow[],
  scored: ScoredRows,
  calibrationScores: Float64Array,
): Promise<void> {
  const before = (await fitted.detector.score(batch)).score;
  fitted.detector.applyLabels(labels);
  const after = (await fitted.detector.score(batch)).score;
  const moved: number[] = [];
  for (let row = 0; row < batch.rows; row++) {
    const [from, to] = [before[row] as number, after[row] as number];
    if (from === to || Number.isNaN(to)) continue;
    scored.score[row] = to < from ? Math.min(scored.score[row] as number, to) : Math.max(scored.score[row] as number, to);
    moved.push(row);
  }
  const calibrated = pValuesOf(
    calibrate(calibrationScores),
    moved.map((row) => scored.score[row] as number),
  );
  moved.forEach((row, i) => {
    scored.pValue[row] = calibrated.pValue[i] as number;
    scored.extrapolated[row] = calibrated.extrapolated[i] as number;
  });
}
