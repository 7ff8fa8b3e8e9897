/** How to train. */
export interface TrainingOptions {
  /** Passes over the training rows, counted from the very first, also when resumed. */
  readonly epochs: number;
  /** Rows per step. Default 256. */
  readonly batchSize?: number;
  /** Adam's step size. Default 0.001. */
  readonly learningRate?: number;
  /** Largest Euclidean norm of the gradient. Default 5; Infinity: no clipping. */
  readonly clipNorm?: number;
  /** Decides initial weights and the order of rows. Default 0. */
  readonly seed?: number;
  /** Visit the rows in a new random order each epoch. Default true. */
  readonly shuffle?: boolean;
  /** The last rows are held back for the validation loss. Default 0. */
  readonly validationRows?: number;
  /** Stop after so many epochs without a lower validation loss, and return the weights of the lowest. Default: never. */
  readonly patience?: number;
  /** Continue from here; the same seed, data and batch size give the same bytes as training in one go. Patience counts anew. */
  readonly resume?: TrainingState;
  /** Continue from a checkpoint of `onCheckpoint`: as `resume`, and patience goes on counting. */
  readonly checkpoint?: TrainingCheckpoint;
}

/** All that training carries from step to step. */
export interface TrainingState {
  /** Weights, in the order of the network's layout. */
  readonly theta: Float32Array;
  /** Adam's first and second moments, as theta. */
  readonly m: Float32Array;
  readonly v: Float32Array;
  /** Steps done. */
  readonly step: number;
}

/** All that is needed to go on after an epoch as if nothing had happened. */
export interface TrainingCheckpoint {
  readonly state: TrainingState;
  /** The epoch of the lowest validation loss so far and its weights; epoch 0 where there is none yet. */
  readonly best: { readonly epoch: number; readonly loss: number; readonly theta: Float32Array };
}

/** After each epoch, and every so many steps within one. */
export interface TrainingProgress {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  /** Mean training loss of this epoch so far. */
  readonly loss: number;
  readonly rowsDone: number;
}

export interface EpochLosses {
  readonly epoch: number;
  readonly training: number;
  /** NaN without validation rows. */
  readonly validation: number;
}

export interface TrainingResult {
  /** The weights to use: of the lowest validation loss with `patience`, else the last. */
  readonly theta: Float32Array;
  /** Where training can be resumed. */
  readonly state: TrainingState;
  readonly losses: readonly EpochLosses[];
  readonly stopped: 'finished' | 'early' | 'aborted';
}

export type CompleteOptions = Required<Omit<TrainingOptions, 'resume' | 'checkpoint'>>;

export const TRAINING_DEFAULTS = {
  batchSize: 256,
  learningRate: 0.001,
  clipNorm: 5,
  seed: 0,
  shuffle: true,
  validationRows: 0,
  patience: Number.POSITIVE_INFINITY,
} as const;
