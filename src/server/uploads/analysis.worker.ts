import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { analyzeInputs, type InputAnalysis, renderAnalysis, withIncidents } from '../../analysis/index.ts';
import { VedetteError } from '../../core/index.ts';
import { StoreLink } from '../../store/index.ts';
import { endOnRequest } from '../threads/end-on-request.ts';
import type { AnalysisStart, FromAnalysis } from './protocol.ts';
import { RecordStore } from './store-records.ts';

const REPORT_EVERY_MILLIS = 250;
const FINDINGS = 200;

const send = (message: FromAnalysis): void => parentPort?.postMessage(message);

/** Share of the whole that storing the records is taken for. */
const STORING = 0.3;

async function run(start: AnalysisStart): Promise<void> {
  let told = 0;
  const progress = (share: number, step: string) => {
    const now = performance.now();
    if (now - told < REPORT_EVERY_MILLIS) return;
    told = now;
    send({ kind: 'progress', share, step });
  };
  const link = new StoreLink(start.port, start.tenant);
  const records = new RecordStore(start, link);
  await records.storeEvents((share) => progress(share * STORING, 'storing records'));
  send({ kind: 'stored', stored: await records.stored() });
  const analyses = analyzeInputs([start.path], {
    tenant: start.tenant,
    seed: start.seed,
    promise: start.promise,
    program: start.program,
    timezone: 'UTC',
    session: 'auto',
    detectors: start.detectors,
    baseline: [],
    top: FINDINGS,
    signatures: { own: true },
    keepReadings: (points, undated) => records.takeReadings(points, undated),
    labels: async (detector) => start.labels[detector] ?? [],
    progress: (share, step) => progress(STORING + share * (1 - STORING), step),
  });
  const found: InputAnalysis[] = [];
  for await (const analysis of analyses) found.push(analysis);
  send({ kind: 'stored', stored: await records.stored() });
  link.close();
  for (const { input, report, alerts } of withIncidents(start.tenant, found)) {
    send({ kind: 'result', result: { input: input.name, events: input.lines, alerts, report: renderAnalysis(report) } });
  }
}

endOnRequest();
try {
  // Where a thread has a priority of its own (Linux), the server's and the pipeline's threads go first.
  setPriority(0, 10);
} catch {
  // Not permitted here: it runs at the same priority.
}

run(workerData as AnalysisStart).then(
  () => send({ kind: 'done' }),
  (error: unknown) => {
    if (!(error instanceof VedetteError)) {
      send({ kind: 'failed', code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) });
      return;
    }
    send({ kind: 'failed', code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) });
  },
);
