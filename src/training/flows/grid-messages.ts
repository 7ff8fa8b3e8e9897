import type { Failure } from '../../core/index.ts';
import type { FlowClassifierConfig } from '../../detectors/flow-classifier/config.ts';

/** Given to a worker: one fold of one candidate. `values` and `labels` lie in shared memory. */
export interface FoldJob {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  readonly config: FlowClassifierConfig;
  readonly folds: number;
  readonly fold: number;
  readonly seed: number;
}

/** What the rows of the fold got from a model that was trained on the others. */
export interface FoldResult {
  /** (classes, classes), row by true class. */
  readonly confusion: readonly number[];
  readonly logLoss: number;
  readonly rows: number;
}

export type FoldReport = { readonly result: FoldResult } | { readonly failure: Failure };
