import { Worker } from 'node:worker_threads';
import { VedetteError, workerUrl } from '../../core/index.ts';
import { endWorker, STOPPED } from '../threads/end-worker.ts';
import type { AnalysisResult, AnalysisStart, FromAnalysis, StoredRows } from './protocol.ts';

const HEAP_MB = 2048;

export interface AnalysisHooks {
  progress(share: number, step: string): void;
  stored(stored: StoredRows): Promise<void>;
  result(result: AnalysisResult): Promise<void>;
}

/** Runs one analysis in a thread of its own; rejects when it fails, is aborted, or takes too long or too much memory. */
export async function runAnalysis(start: AnalysisStart, hooks: AnalysisHooks, signal: AbortSignal, millis: number): Promise<void> {
  const worker = new Worker(workerUrl(import.meta.url, './analysis.worker.ts'), {
    workerData: start,
    transferList: [start.port],
    name: 'upload',
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  let saving: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let finished = false;
  try {
    await new Promise<void>((resolve, reject) => {
      const late = () => reject(new VedetteError('LIMIT_EXCEEDED', `the analysis took longer than ${Math.round(millis / 60_000)} minutes`));
      timer = setTimeout(late, millis);
      signal.addEventListener('abort', () => reject(new VedetteError('USAGE', 'cancelled')), { once: true });
      worker.on('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? new VedetteError('LIMIT_EXCEEDED', `the analysis needed more than ${HEAP_MB} MiB of memory`, { hint: 'Split the file.' })
            : error,
        ),
      );
      worker.on('exit', (code) => {
        finished = true;
        reject(new VedetteError('INTERNAL', `the analysis ended with code ${code}`));
      });
      worker.on('message', (message: FromAnalysis | typeof STOPPED) => {
        if (message === STOPPED) return;
        if (message.kind === 'progress') hooks.progress(message.share, message.step);
        else if (message.kind === 'result' || message.kind === 'stored') {
          saving = saving.then(() => (message.kind === 'stored' ? hooks.stored(message.stored) : hooks.result(message.result)));
          saving.catch(reject);
        } else if (message.kind === 'done') {
          finished = true;
          saving.then(() => resolve(), reject);
        } else reject(new VedetteError('INPUT_UNREADABLE', message.message, message.hint === undefined ? {} : { hint: message.hint }));
      });
    });
  } finally {
    clearTimeout(timer);
    await endWorker(worker, finished);
    // What is being kept is kept to its end, also when the analysis is no longer wanted: the store is there until then.
    await saving.catch(() => undefined);
  }
}
