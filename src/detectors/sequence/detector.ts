import {
  type Detector,
  type Explanation,
  type FitSummary,
  type FoundRow,
  type LabelledRow,
  type ScoreBatch,
  type SequenceBatch,
  VedetteError,
} from '../../core/index.ts';
import { combine, combineLeavingOut, outOfFold, tailsOf } from './calibration.ts';
import type { Arm, SequenceConfig } from './config.ts';
import { describedBatch } from './described-batch.ts';
import { describeRow } from './description.ts';
import { explainRow } from './explain.ts';
import { type ArmScores, SequenceModel } from './model.ts';
import { LabelOverlay, type RowScores } from './overlay.ts';
import { restoreModel, type SequenceState, snapshotModel } from './snapshot.ts';
import type { NormalTail } from './tail.ts';

/** Sessions compared with normal ones in four ways at once, combined by Fisher's method. */
export class SequenceDetector implements Detector<SequenceBatch> {
  readonly shape = 'sequences';
  readonly #config: SequenceConfig;
  #state: SequenceState | undefined;
  #tails: ReadonlyMap<Arm, NormalTail> = new Map();
  #overlay = new LabelOverlay([]);

  constructor(config: SequenceConfig) {
    this.#config = config;
  }

  async fit(batch: SequenceBatch, progress: (share: number) => void = () => {}): Promise<FitSummary> {
    if (batch.rows < 2) {
      throw new VedetteError('DATA_INSUFFICIENT', `a sequence detector needs at least 2 normal sequences, got ${batch.rows}`, {
        hint: 'give it more normal data, or a longer baseline',
      });
    }
    const { arms, folds } = this.#config;
    const calibration = outOfFold(batch, this.#config, (share) => progress(share * 0.9));
    const model = new SequenceModel(this.#config);
    model.learn(batch, 0, batch.rows);
    const [from, to] = span(batch);
    this.#state = { model, calibration, from, to };
    this.#tails = tailsOf(arms, calibration);
    progress(1);
    return {
      rows: batch.rows,
      from,
      to,
      calibration: combineLeavingOut(arms, calibration, batch.rows),
      metrics: {
        events: batch.codes.length,
        distinct_events: model.vocabulary.ids.length,
        distinct_count_vectors: model.vectors.references.length,
        ordered_references: model.indel.references.length,
        grams: model.language.nodes,
        folds: Math.min(folds, batch.rows),
      },
    };
  }

  async score(batch: SequenceBatch): Promise<ScoreBatch> {
    const state = this.#state;
    if (state === undefined) return { score: new Float64Array(batch.rows).fill(Number.NaN) };
    const scores = state.model.score(batch, 0, batch.rows);
    const score = combine(this.#config.arms, scores, this.#tails, batch.rows);
    this.#adjust(this.#overlay, state.model, batch, scores, score);
    return { score, arms: scores as Record<string, Float64Array> };
  }

  async rescore(found: readonly FoundRow[], labels: readonly LabelledRow[]): Promise<Float64Array> {
    const state = this.#state;
    if (state === undefined) throw notFitted();
    const batch = describedBatch(found);
    const scores = state.model.score(batch, 0, batch.rows);
    const score = combine(this.#config.arms, scores, this.#tails, batch.rows);
    this.#adjust(new LabelOverlay(labels), state.model, batch, scores, score);
    return score;
  }

  /** Lowers and raises `score` where labels say so; the arms stay as the model gave them. */
  #adjust(overlay: LabelOverlay, model: SequenceModel, batch: SequenceBatch, scores: ArmScores, score: Float64Array): void {
    if (overlay.empty) return;
    const adjusted = overlay.over(model, this.#tails, batch);
    for (let row = 0; row < batch.rows; row++) {
      const base = armsAt(scores, row);
      const { arms, atLeast } = adjusted(row, base);
      if (arms !== undefined) score[row] = Math.min(score[row] as number, this.#combined(arms));
      if (atLeast !== undefined) score[row] = Math.max(score[row] as number, this.#combined(atLeast));
    }
  }

  #combined(row: RowScores): number {
    const columns = Object.fromEntries(this.#config.arms.map((arm) => [arm, Float64Array.of(row[arm])]));
    return combine(this.#config.arms, columns, this.#tails, 1)[0] as number;
  }

  observe(_batch: SequenceBatch): void {}

  /**
   * Rows believed normal. The laws that turn arms into a score stay those of the fit: a score means the same before and after,
   * so what was calibrated with earlier scores holds.
   */
  async learn(batch: SequenceBatch): Promise<void> {
    if (batch.rows === 0) return;
    const state = this.#state;
    if (state === undefined) {
      if (batch.rows > 1) await this.fit(batch);
      return;
    }
    state.model.learn(batch, 0, batch.rows);
    const [from, to] = span(batch);
    this.#state = { ...state, from: Math.min(state.from, from), to: Math.max(state.to, to) };
    this.#overlay = this.#overlay.renewed();
  }

  async explain(batch: SequenceBatch, row: number): Promise<Explanation> {
    const state = this.#state;
    if (state === undefined) throw notFitted();
    return explainRow(state.model, this.#tails, batch, row);
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
    this.#state = restoreModel(this.#config, snapshot);
    this.#tails = tailsOf(this.#config.arms, this.#state.calibration);
    this.#overlay = this.#overlay.renewed();
  }
}

function armsAt(scores: ArmScores, row: number): RowScores {
  const at = (arm: Arm) => scores[arm]?.[row] ?? 0;
  return {
    'count-vector': at('count-vector'),
    indel: at('indel'),
    'language-model': at('language-model'),
    'language-model-rms': at('language-model-rms'),
  };
}

function span(batch: SequenceBatch): [number, number] {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < batch.rows; row++) {
    from = Math.min(from, batch.start[row] as number);
    to = Math.max(to, batch.end[row] as number);
  }
  return [from, to];
}

function notFitted(): VedetteError {
  return new VedetteError('MODEL_MISSING', 'the sequence detector has learnt nothing yet', { hint: 'train it or restore a version first' });
}
