import type { InferenceSession } from 'onnxruntime-node';
import { openSession, runSession, type TensorValues } from './runtime.ts';

/** An open model. */
export interface Inference {
  /** Runs the model. Rejects with MODEL_MISMATCH for inputs that do not fit. One call at a time is computed; others wait. */
  run(inputs: TensorValues): Promise<TensorValues>;
  /** Frees the model; further runs reject. */
  close(): Promise<void>;
}

/**
 * A model in the calling thread, which `run` blocks: for code that already runs in a worker. Others use `InferenceWorker`.
 */
export class DirectInference implements Inference {
  private readonly session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.session = session;
  }

  /** Throws MODEL_CORRUPT for bytes that are no model, UNSUPPORTED where the runtime does not load. */
  static async open(model: Uint8Array): Promise<DirectInference> {
    return new DirectInference(await openSession(model));
  }

  run(inputs: TensorValues): Promise<TensorValues> {
    return runSession(this.session, inputs);
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}
