import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from '../../core/index.ts';
import { buffersOf } from '../worker/transfer.ts';
import { trainHere } from './trainer.ts';
import type { TrainingJob, TrainingReport } from './worker-messages.ts';

const { spec, data, options, stop, checkpoints } = workerData as TrainingJob;

function report(message: TrainingReport, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

yieldToOthers();
try {
  const result = await trainHere(spec, data, options, {
    onProgress: (progress) => report({ kind: 'progress', progress }),
    shouldStop: () => Atomics.load(stop, 0) === 1,
    ...(checkpoints ? { onCheckpoint: (checkpoint) => report({ kind: 'checkpoint', checkpoint }) } : {}),
  });
  report({ kind: 'result', result }, buffersOf([result.theta, result.state.theta, result.state.m, result.state.v]));
} catch (error) {
  report({ kind: 'failure', failure: failureOf(error) });
}

/** On Linux a priority belongs to a thread; elsewhere it would slow the whole process down. */
function yieldToOthers(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A sandbox may forbid it: training then competes on equal terms.
  }
}
