import { Worker } from 'node:worker_threads';
import { errorOf, VedetteError, workerUrl } from '../../core/index.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { modelThread } from '../worker/model-threads.ts';
import { buffersOf, movable } from '../worker/transfer.ts';
import type { TrainingData } from './data.ts';
import type { TrainingCheckpoint, TrainingOptions, TrainingProgress, TrainingResult } from './options.ts';
import type { TrainingJob, TrainingReport } from './worker-messages.ts';

export interface TrainModelOptions extends TrainingOptions {
  /** Ends training before the next step; the promise then resolves with `stopped: 'aborted'` and a state to resume from. */
  readonly signal?: AbortSignal;
  /** Called in the calling thread. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called in the calling thread after every epoch that is not the last. */
  readonly onCheckpoint?: (checkpoint: TrainingCheckpoint) => void;
}

/**
 * Trains a network in a worker thread; the caller's thread stays responsive. The arrays of `data` and `resume` are handed
 * over, not copied: they are empty afterwards, unless they lie in shared memory or are views of a part of a larger buffer.
 * Same specification, data, options and kind of CPU: same bytes. Rejects with VedetteError MODEL_MISMATCH for data that do
 * not fit, DATA_INSUFFICIENT for none or for a loss that is not finite, CONFIG_INVALID for bad options, UNSUPPORTED where
 * the runtime does not load.
 */
export function trainModel(spec: NetworkSpec, data: TrainingData, options: TrainModelOptions): Promise<TrainingResult> {
  const { signal, onProgress, onCheckpoint, resume, ...rest } = options;
  const stop = new Int32Array(new SharedArrayBuffer(4));
  if (signal?.aborted === true) stop[0] = 1;
  const moved = movableData(data);
  const state = resume && { ...resume, theta: movable(resume.theta), m: movable(resume.m), v: movable(resume.v) };
  const job: TrainingJob = {
    spec,
    data: moved,
    options: state === undefined ? rest : { ...rest, resume: state },
    stop,
    checkpoints: onCheckpoint !== undefined,
  };
  const arrays = [moved.inputs, moved.targets, moved.weights, moved.lengths, state?.theta, state?.m, state?.v];
  return new Promise((resolve, reject) => {
    const abort = () => Atomics.store(stop, 0, 1);
    let ended: () => void = () => undefined;
    const gone = new Promise<void>((done) => {
      ended = done;
    });
    const forget = modelThread(() => {
      abort();
      return gone;
    });
    const worker = new Worker(workerUrl(import.meta.url, './trainer.worker.ts'), { workerData: job, transferList: buffersOf(arrays) });
    signal?.addEventListener('abort', abort, { once: true });
    let settled = false;
    const settle = (finish: () => void) => {
      if (settled) return;
      settled = true;
      signal?.removeEventListener('abort', abort);
      const end = () => {
        forget();
        ended();
        finish();
      };
      void worker.terminate().then(end, end);
    };
    worker.on('message', (message: TrainingReport) => {
      if (message.kind === 'progress') onProgress?.(message.progress);
      else if (message.kind === 'checkpoint') onCheckpoint?.(message.checkpoint);
      else if (message.kind === 'result') settle(() => resolve(message.result));
      else settle(() => reject(errorOf(message.failure)));
    });
    worker.on('error', (cause) => settle(() => reject(new VedetteError('INTERNAL', `the training worker failed: ${cause}`, { cause }))));
    worker.on('exit', (code) => settle(() => reject(new VedetteError('INTERNAL', `the training worker ended with code ${code}`))));
  });
}

function movableData(data: TrainingData): TrainingData {
  const { rows, inputs, targets, weights, lengths } = data;
  return {
    rows,
    inputs: movable(inputs),
    targets: movable(targets),
    ...(weights === undefined ? {} : { weights: movable(weights) }),
    ...(lengths === undefined ? {} : { lengths: movable(lengths) }),
  };
}
