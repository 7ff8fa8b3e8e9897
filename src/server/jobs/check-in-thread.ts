import { VedetteError } from '../../core/index.ts';
import { runJob } from './run-job.ts';

const MOST_MILLIS = 30_000;

let running: Promise<unknown> = Promise.resolve();
let waiting = 0;
const MOST_WAITING = 4;

/**
 * Whether a detector can be made with options that name places on this machine, one check at a time in a thread of its own: a slow disk
 * or a large folder holds up nobody else. CONFIG_INVALID with the reason where it can't be.
 */
export async function checkInThread(detector: string, options: Readonly<Record<string, unknown>>): Promise<void> {
  if (waiting >= MOST_WAITING)
    throw new VedetteError('RATE_LIMITED', `${waiting} detectors are being checked already`, { hint: 'Wait for them to end.' });
  waiting++;
  const check = running.then(() =>
    runJob({ kind: 'check', detector, options }, () => undefined, new AbortController().signal, MOST_MILLIS),
  );
  running = check.catch(() => undefined);
  try {
    await check;
  } catch (error) {
    if (!(error instanceof VedetteError)) throw error;
    throw new VedetteError('CONFIG_INVALID', error.message, error.hint === undefined ? {} : { hint: error.hint });
  } finally {
    waiting--;
  }
}
