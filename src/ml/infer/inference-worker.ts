import { Worker } from 'node:worker_threads';
import { errorOf, VedetteError, workerUrl } from '../../core/index.ts';
import { modelThread } from '../worker/model-threads.ts';
import { movable } from '../worker/transfer.ts';
import type { Inference } from './inference.ts';
import type { TensorValues } from './runtime.ts';
import { CLOSE, type InferenceAnswer, type InferenceJob, type InferenceRequest } from './worker-messages.ts';

interface Waiting {
  readonly resolve: (outputs: TensorValues) => void;
  readonly reject: (error: Error) => void;
}

/** A model in a worker thread of its own; the calling thread stays responsive. Inputs are copied, outputs handed over. */
export class InferenceWorker implements Inference {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private closed: VedetteError | undefined;
  private readonly gone: Promise<void>;

  private constructor(job: InferenceJob) {
    const forget = modelThread(() => this.close());
    this.worker = new Worker(workerUrl(import.meta.url, './inference.worker.ts'), { workerData: job });
    this.worker.on('message', (answer: InferenceAnswer) => this.settle(answer));
    this.worker.on('error', (cause) => this.end(new VedetteError('INTERNAL', `the inference worker failed: ${cause}`, { cause })));
    this.gone = new Promise((resolve) => {
      this.worker.on('exit', () => {
        forget();
        resolve();
      });
    });
    this.worker.on('exit', (code) => this.end(new VedetteError('INTERNAL', `the inference worker ended with code ${code}`)));
  }

  /** Throws MODEL_CORRUPT for bytes that are no model, UNSUPPORTED where the runtime does not load. */
  static async open(model: Uint8Array): Promise<InferenceWorker> {
    const opened = new InferenceWorker({ model });
    try {
      await opened.answerTo(0);
    } catch (error) {
      await opened.close();
      throw error;
    }
    return opened;
  }

  run(inputs: TensorValues): Promise<TensorValues> {
    if (this.closed !== undefined) return Promise.reject(this.closed);
    const id = ++this.lastId;
    const outputs = this.answerTo(id);
    const compact = Object.entries(inputs).map(([name, { data, shape }]) => [name, { data: movable(data), shape }] as const);
    this.worker.postMessage({ id, inputs: Object.fromEntries(compact) } satisfies InferenceRequest);
    return outputs;
  }

  async close(): Promise<void> {
    this.end(new VedetteError('USAGE', 'the model has been closed'));
    this.worker.postMessage(CLOSE);
    await this.gone;
  }

  private answerTo(id: number): Promise<TensorValues> {
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private settle(answer: InferenceAnswer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ('failure' in answer) waiting?.reject(errorOf(answer.failure));
    else waiting?.resolve(answer.outputs);
  }

  private end(error: VedetteError): void {
    this.closed ??= error;
    for (const waiting of this.waiting.values()) waiting.reject(this.closed);
    this.waiting.clear();
  }
}
