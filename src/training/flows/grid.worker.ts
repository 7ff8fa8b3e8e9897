import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from '../../core/index.ts';
import { classProbabilities, fitClassifier } from '../../detectors/flow-classifier/model.ts';
import { confusionMatrix, rowsOf } from '../../ml/index.ts';
import { predictedClasses } from './class-report.ts';
import type { FoldJob, FoldReport, FoldResult } from './grid-messages.ts';

function report(message: FoldReport): void {
  parentPort?.postMessage(message);
}

async function measure(job: FoldJob): Promise<FoldResult> {
  const { folds, fold, classes } = job;
  const every = Array.from({ length: job.rows }, (_, row) => row);
  const data = { rows: job.rows, columns: job.columns, values: job.values, labels: job.labels, classes };
  const known = rowsOf(
    data,
    every.filter((row) => row % folds !== fold),
  );
  const unseen = rowsOf(
    data,
    every.filter((row) => row % folds === fold),
  );
  const fitted = await fitClassifier(known, job.config, job.seed, () => {});
  const p = await classProbabilities({ classes, benign: 0, ...fitted }, unseen.values, unseen.rows);
  const K = classes.length;
  let loss = 0;
  for (const [row, k] of unseen.labels.entries()) loss -= Math.log(Math.max(p[row * K + k] as number, 1e-15));
  const confusion = Array.from(confusionMatrix(unseen.labels, predictedClasses(p, K), K));
  return { confusion, logLoss: loss, rows: unseen.rows };
}

try {
  report({ result: await measure(workerData as FoldJob) });
} catch (error) {
  report({ failure: failureOf(error) });
}
