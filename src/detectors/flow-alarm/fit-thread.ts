import { Worker } from 'node:worker_threads';
import { errorOf, type Failure, VedetteError, workerUrl } from '../../core/index.ts';
import { modelThread } from '../../ml/index.ts';
import type { FlowAlarmConfig } from './config.ts';
import type { FlowAlarmModel, Windows } from './model.ts';
import { unpackAlarm } from './pack-model.ts';

/** Given to the thread. */
export interface FitJob {
  readonly windows: Windows;
  readonly options: FlowAlarmConfig;
  readonly seed: number;
}

export type FitReport = { readonly packed: Uint8Array; readonly statistics: Float64Array } | { readonly failure: Failure };

/**
 * `fitWindows` in a thread of its own: it takes a second or more, in which the caller's goes on with other sources. Rejects as
 * `fitWindows` does, and with INTERNAL where the thread fails.
 */
export function fitInThread(
  windows: Windows,
  options: FlowAlarmConfig,
  seed: number,
): Promise<{ readonly model: FlowAlarmModel; readonly statistics: Float64Array }> {
  return new Promise((resolve, reject) => {
    let ended: () => void = () => undefined;
    const gone = new Promise<void>((done) => {
      ended = done;
    });
    // a thread must not be cut off within a step of the runtime: whoever ends this one waits for the fit
    const forget = modelThread(() => gone);
    const job: FitJob = { windows, options, seed };
    const worker = new Worker(workerUrl(import.meta.url, './fit.worker.ts'), { workerData: job });
    let settled = false;
    const settle = (finish: () => void) => {
      if (settled) return;
      settled = true;
      const end = () => {
        forget();
        ended();
        finish();
      };
      void worker.terminate().then(end, end);
    };
    worker.once('message', (report: FitReport) =>
      settle(() => {
        if ('failure' in report) reject(errorOf(report.failure));
        else resolve({ model: unpackAlarm(report.packed).model, statistics: report.statistics });
      }),
    );
    worker.once('error', (cause) =>
      settle(() => reject(new VedetteError('INTERNAL', `the thread that learns flows failed: ${cause}`, { cause }))),
    );
    worker.once('exit', (code) =>
      settle(() => reject(new VedetteError('INTERNAL', `the thread that learns flows ended with code ${code}`))),
    );
  });
}
