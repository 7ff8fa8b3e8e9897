import type { Failure } from '../../core/index.ts';
import type { TensorValues } from './runtime.ts';

export interface InferenceJob {
  readonly model: Uint8Array;
}

export interface InferenceRequest {
  readonly id: number;
  readonly inputs: TensorValues;
}

/** The thread ends itself, between two runs. */
export const CLOSE = 'close';

/** Answer 0 tells that the model is open, or why not. */
export type InferenceAnswer = { readonly id: number; readonly outputs: TensorValues } | { readonly id: number; readonly failure: Failure };
