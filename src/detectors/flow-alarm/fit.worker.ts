import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from '../../core/index.ts';
import type { FitJob, FitReport } from './fit-thread.ts';
import { fitWindows } from './model.ts';
import { packAlarm } from './pack-model.ts';

const { windows, options, seed } = workerData as FitJob;

function report(message: FitReport): void {
  parentPort?.postMessage(message);
}

try {
  const { model, statistics } = await fitWindows(windows, options, seed);
  report({ packed: packAlarm(model, windows), statistics });
} catch (error) {
  report({ failure: failureOf(error) });
}
