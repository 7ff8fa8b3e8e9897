import type { Worker } from 'node:worker_threads';

/** Asks a thread to end those that run models for it, before it is ended itself. */
export const STOP = 'stop';
/** Its answer. */
export const STOPPED = 'stopped';
/** A thread that does not answer computes by itself: none of its own runs a model then. */
const STOP_MILLIS = 10_000;

/** Ends a thread that may have been in the middle of its work (`endOnRequest` runs in it). */
export async function endWorker(worker: Worker, finished: boolean): Promise<void> {
  if (!finished) await modelsStopped(worker);
  await worker.terminate();
}

function modelsStopped(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, STOP_MILLIS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    worker.on('message', (message) => {
      if (message === STOPPED) done();
    });
    worker.once('exit', done);
    worker.postMessage(STOP);
  });
}
