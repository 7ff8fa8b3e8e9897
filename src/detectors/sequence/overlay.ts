import type { LabelledRow, SequenceBatch } from '../../core/index.ts';
import type { SequenceModel } from './model.ts';

export class LabelOverlay {
  readonly labels: readonly LabelledRow[];

  constructor(labels: readonly LabelledRow[]) {
    this.labels = labels;
  }

  renewed(): LabelOverlay {
    return new LabelOverlay(this.labels);
  }

  adjust(_model: SequenceModel, _batch: SequenceBatch, score: Float64Array): Float64Array {
    return score;
  }
}
