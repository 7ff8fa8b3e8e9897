import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { VedetteError } from '../../core/index.ts';
import { endOnRequest } from '../threads/end-on-request.ts';
import type { FromJob, JobTask } from './protocol.ts';
import { runTask } from './tasks.ts';

const REPORT_EVERY_MILLIS = 200;

const send = (message: FromJob): void => parentPort?.postMessage(message);

try {
  // Where a thread has a priority of its own (Linux), the server's and the pipeline's threads go first.
  setPriority(0, 15);
} catch {
  // Not permitted here: it runs at the same priority.
}

endOnRequest();

let told = Number.NEGATIVE_INFINITY;
const progress = (share: number, step: string, loss?: number): void => {
  const now = performance.now();
  if (now - told < REPORT_EVERY_MILLIS && share < 1) return;
  told = now;
  send({ kind: 'progress', share, step, ...(loss === undefined || !Number.isFinite(loss) ? {} : { loss }) });
};

runTask(workerData as JobTask, progress).then(
  (outcome) => send({ kind: 'done', outcome }),
  (error: unknown) => {
    if (!(error instanceof VedetteError)) {
      send({ kind: 'failed', code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) });
      return;
    }
    send({ kind: 'failed', code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) });
  },
);
