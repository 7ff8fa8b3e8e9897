import {
  type Detector,
  type Explanation,
  type FitProgress,
  type FitSummary,
  type FoundRow,
  type LabelledRow,
  type ScoreBatch,
  type SequenceBatch,
  VedetteError,
} from '../../core/index.ts';
import { describedBatch } from '../sequence/described-batch.ts';
import { describeRow } from '../sequence/description.ts';
import { combine, type Tails, tailsOf } from './arms.ts';
import type { DeepLogConfig } from './config.ts';
import { explainRow } from './explain.ts';
import { fitModel, learnFurther } from './fit.ts';
import { armsOf, scoreRows } from './model.ts';
import { LabelOverlay } from './overlay.ts';
import { type DeepLogState, restoreModel, snapshotModel } from './snapshot.ts';

/**
 * Predicts the next event of a sequence with a recurrent network and rates what came instead (Du et al., DeepLog, CCS 2017): by
 * likelihood, by rank among the `top` expected, by time gaps and numbers. An event never seen counts as surprising as can be.
 */
export class DeepLogDetector implements Detector<SequenceBatch> {
  readonly shape = 'sequences';
  readonly #config: DeepLogConfig;
  #state: DeepLogState | undefined;
  #tails: Tails = new Map();
  #overlay = new LabelOverlay([]);

  constructor(config: DeepLogConfig) {
    this.#config = config;
  }

  async fit(batch: SequenceBatch, progress: FitProgress = () => {}): Promise<FitSummary> {
    const { state, summary } = await fitModel(this.#config, batch, progress);
    this.#take(state);
    return summary;
  }

  async score(batch: SequenceBatch): Promise<ScoreBatch> {
    const state = this.#state;
    if (state === undefined) return { score: new Float64Array(batch.rows).fill(Number.NaN) };
    const { arms, unexpected } = await scoreRows(state.model, this.#config, batch, 0, batch.rows, armsOf(state.calibration), this.#overlay);
    return { score: combine(arms, this.#tails, batch.rows), arms: { ...arms, unexpected } as Record<string, Float64Array> };
  }

  async rescore(found: readonly FoundRow[], labels: readonly LabelledRow[]): Promise<Float64Array> {
    if (this.#state === undefined) throw notFitted();
    const batch = describedBatch(found);
    const { model, calibration } = this.#state;
    const { arms } = await scoreRows(model, this.#config, batch, 0, batch.rows, armsOf(calibration), new LabelOverlay(labels));
    return combine(arms, this.#tails, batch.rows);
  }

  observe(_batch: SequenceBatch): void {}

  async learn(batch: SequenceBatch): Promise<void> {
    if (batch.rows === 0) return;
    if (this.#state !== undefined) this.#take(await learnFurther(this.#config, this.#state, batch));
    else if (batch.rows > 1) await this.fit(batch);
  }

  async explain(batch: SequenceBatch, row: number): Promise<Explanation> {
    if (this.#state === undefined) throw notFitted();
    return explainRow(this.#state, this.#config, this.#tails, batch, row);
  }

  describe(batch: SequenceBatch, row: number): Uint8Array {
    return describeRow(batch, row);
  }

  applyLabels(labels: readonly LabelledRow[]): void {
    this.#overlay = new LabelOverlay(labels);
  }

  async snapshot(): Promise<Uint8Array> {
    if (this.#state === undefined) throw notFitted();
    return snapshotModel(this.#config, this.#state);
  }

  async restore(snapshot: Uint8Array): Promise<void> {
    this.#take(restoreModel(this.#config, snapshot));
  }

  #take(state: DeepLogState): void {
    this.#state = state;
    this.#tails = tailsOf(state.calibration);
  }
}

function notFitted(): VedetteError {
  return new VedetteError('MODEL_MISSING', 'the deeplog detector has learnt nothing yet', { hint: 'train it or restore a version first' });
}
