import { parentPort, workerData } from 'node:worker_threads';
import { failureOf, VedetteError } from '../../core/index.ts';
import { serveInputs } from '../../training/index.ts';
import { ObservedInputs, type ObservedInputsOptions } from './observed-inputs.ts';

const port = parentPort;
if (port === null) throw new VedetteError('INTERNAL', 'the line observer runs only as a worker thread');

const opened = ObservedInputs.open(workerData as ObservedInputsOptions);
// Whoever asks for an input is told of it.
opened.catch(() => undefined);
serveInputs(port, opened);
port.on('message', ({ kind }: { kind: string }) => {
  if (kind !== 'findings') return;
  opened
    .then((inputs) => inputs.findings())
    .then((findings) => port.postMessage({ kind, findings }))
    .catch((error: unknown) => port.postMessage({ kind: 'failed', failure: failureOf(error) }));
});
