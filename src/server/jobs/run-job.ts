import { Worker } from 'node:worker_threads';
import { VedetteError, workerUrl } from '../../core/index.ts';
import { endWorker, STOPPED } from '../threads/end-worker.ts';
import type { FromJob, JobOutcome, JobTask } from './protocol.ts';

const HEAP_MB = 4096;

/** Runs one job in a thread of its own; rejects when it fails, is aborted, or takes too long or too much memory. */
export async function runJob(
  task: JobTask,
  progress: (share: number, step: string, loss?: number) => void,
  signal: AbortSignal,
  millis: number,
): Promise<JobOutcome> {
  const worker = new Worker(workerUrl(import.meta.url, './job.worker.ts'), {
    workerData: task,
    name: 'job',
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  let timer: NodeJS.Timeout | undefined;
  let finished = false;
  try {
    return await new Promise<JobOutcome>((resolve, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new VedetteError(
              'LIMIT_EXCEEDED',
              `it took longer than ${millis < 60_000 ? `${millis / 1000} seconds` : `${Math.round(millis / 60_000)} minutes`}`,
            ),
          ),
        millis,
      );
      const stop = () => reject(new VedetteError('USAGE', 'cancelled'));
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      worker.on('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? new VedetteError('LIMIT_EXCEEDED', `it needed more than ${HEAP_MB} MiB of memory`, { hint: 'Give it less data.' })
            : error,
        ),
      );
      worker.on('exit', (code) => {
        finished = true;
        reject(new VedetteError('INTERNAL', `the job ended with code ${code}`));
      });
      worker.on('message', (message: FromJob | typeof STOPPED) => {
        if (message === STOPPED) return;
        if (message.kind === 'progress') progress(message.share, message.step, message.loss);
        else if (message.kind === 'done') {
          finished = true;
          resolve(message.outcome);
        } else reject(new VedetteError('INPUT_UNREADABLE', message.message, message.hint === undefined ? {} : { hint: message.hint }));
      });
    });
  } finally {
    clearTimeout(timer);
    await endWorker(worker, finished);
  }
}
