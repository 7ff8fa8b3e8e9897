import type { Failure } from '../../core/index.ts';
import type { NetworkSpec } from '../network/spec.ts';
import type { TrainingData } from './data.ts';
import type { TrainingCheckpoint, TrainingOptions, TrainingProgress, TrainingResult } from './options.ts';

/** Given to a training worker at its start. */
export interface TrainingJob {
  readonly spec: NetworkSpec;
  readonly data: TrainingData;
  readonly options: TrainingOptions;
  /** Element 0 becomes 1 to stop; shared, as a running step lets no message through. */
  readonly stop: Int32Array;
  /** Whether checkpoints are wanted. */
  readonly checkpoints: boolean;
}

export type TrainingReport =
  | { readonly kind: 'progress'; readonly progress: TrainingProgress }
  | { readonly kind: 'checkpoint'; readonly checkpoint: TrainingCheckpoint }
  | { readonly kind: 'result'; readonly result: TrainingResult }
  | { readonly kind: 'failure'; readonly failure: Failure };
