import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from '../worker/failure.ts';
import { buffersOf } from '../worker/transfer.ts';
import { trainHere } from './trainer.ts';
import type { TrainingJob, TrainingReport } from './worker-messages.ts';

const { spec, data, options, stop } = workerData as TrainingJob;

function report(message: TrainingReport, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

try {
  const result = await trainHere(spec, data, options, {
    onProgress: (progress) => report({ kind: 'progress', progress }),
    shouldStop: () => Atomics.load(stop, 0) === 1,
  });
  report({ kind: 'result', result }, buffersOf([result.theta, result.state.theta, result.state.m, result.state.v]));
} catch (error) {
  report({ kind: 'failure', failure: failureOf(error) });
}
