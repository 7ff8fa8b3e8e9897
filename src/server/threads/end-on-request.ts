import { parentPort } from 'node:worker_threads';
import { stopModelThreads } from '../../training/index.ts';
import { STOP, STOPPED } from './end-worker.ts';

/** In a thread that `endWorker` ends: no thread that runs a model for it is cut off within a step. */
export function endOnRequest(): void {
  parentPort?.on('message', (message) => {
    if (message === STOP) void stopModelThreads().then(() => parentPort?.postMessage(STOPPED));
  });
}
