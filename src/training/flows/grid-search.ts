import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { canonicalJson, errorOf, type RowBatch, sha256Hex, VedetteError, workerUrl } from '../../core/index.ts';
import { config as classifierConfig, type FlowClassifierConfig } from '../../detectors/flow-classifier/config.ts';
import { type FitCheckpoints, macroF1, matrixAccuracy } from '../../ml/index.ts';
import type { FoldJob, FoldReport, FoldResult } from './grid-messages.ts';

/** Values to try of each option of the classifier. */
export type ClassifierGrid = Readonly<Record<string, readonly unknown[]>>;

export interface ClassifierCandidate {
  readonly options: Readonly<Record<string, unknown>>;
  /** Over all rows, each predicted by a model that had not seen it. */
  readonly accuracy: number;
  readonly macro_f1: number;
  readonly log_loss: number;
}

export interface GridSearchOptions {
  /** Options that all candidates share. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly folds?: number;
  /** Folds trained at a time; default: one for each core. */
  readonly parallel?: number;
  /** Keeps what each fold measured, so that a search goes on after a kill. */
  readonly checkpoints?: FitCheckpoints;
  readonly progress?: (share: number) => void;
}

const MOST_CANDIDATES = 200;

/** Cross-validates every combination on the rows given, training rows only; best macro-F1 first, then least log loss. */
export async function searchClassifier(batch: RowBatch, grid: ClassifierGrid, options: GridSearchOptions): Promise<ClassifierCandidate[]> {
  const { seed, folds = 3, checkpoints, progress = () => {} } = options;
  const { labels = [] } = batch;
  const candidates = combined(grid);
  const configs = candidates.map((own) => checked({ ...options.options, ...own }));
  const classes = [...new Set(labels)].sort();
  const code = new Map(classes.map((name, k) => [name, k]));
  const values = new Float32Array(new SharedArrayBuffer(batch.values.byteLength));
  values.set(batch.values);
  const numbers = new Int32Array(new SharedArrayBuffer(batch.rows * 4));
  for (const [row, label] of labels.entries()) numbers[row] = code.get(label) as number;
  const digest = sha256Hex(new Uint8Array(batch.values.slice().buffer)) + sha256Hex(new Uint8Array(numbers.slice().buffer));
  const jobs = configs.flatMap((config, candidate) => Array.from({ length: folds }, (_, fold) => ({ config, candidate, fold })));
  const results: FoldResult[][] = candidates.map(() => []);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
      const { config, candidate, fold } = job;
      const name = `grid-${sha256Hex(canonicalJson({ config, folds, fold, seed, classes, digest })).slice(0, 16)}`;
      const known = readResult(await checkpoints?.read(name), classes.length);
      const shared = { rows: batch.rows, columns: batch.columns.length, values, labels: numbers, classes };
      const result = known ?? (await inWorker({ ...shared, config, folds, fold, seed }));
      if (known === undefined) await checkpoints?.write(name, new TextEncoder().encode(JSON.stringify(result)));
      (results[candidate] as FoldResult[])[fold] = result;
      progress(++done / jobs.length);
    }
  };
  const parallel = Math.min(jobs.length, options.parallel ?? availableParallelism());
  await Promise.all(Array.from({ length: parallel }, work));
  return candidates
    .map((own, i) => summed(own, results[i] as FoldResult[], classes.length))
    .sort((a, b) => b.macro_f1 - a.macro_f1 || a.log_loss - b.log_loss);
}

function summed(options: Record<string, unknown>, folds: readonly FoldResult[], classes: number): ClassifierCandidate {
  const confusion = new Float64Array(classes * classes);
  for (const fold of folds) for (const [i, count] of fold.confusion.entries()) confusion[i] = (confusion[i] as number) + count;
  const rows = folds.reduce((sum, fold) => sum + fold.rows, 0);
  return {
    options,
    accuracy: matrixAccuracy(confusion, classes),
    macro_f1: macroF1(confusion, classes),
    log_loss: folds.reduce((sum, fold) => sum + fold.logLoss, 0) / rows,
  };
}

function inWorker(job: FoldJob): Promise<FoldResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl(import.meta.url, './grid.worker.ts'), { workerData: job });
    worker.once('message', (report: FoldReport) => {
      if ('result' in report) resolve(report.result);
      else reject(errorOf(report.failure));
      void worker.terminate();
    });
    worker.once('error', (cause) => reject(new VedetteError('INTERNAL', `a worker of the grid search failed: ${cause}`, { cause })));
    worker.once('exit', (exit) => reject(new VedetteError('INTERNAL', `a worker of the grid search ended with code ${exit}`)));
  });
}

/** A torn or foreign checkpoint counts as none. */
function readResult(bytes: Uint8Array | undefined, classes: number): FoldResult | undefined {
  if (bytes === undefined) return undefined;
  try {
    const result = JSON.parse(new TextDecoder().decode(bytes)) as FoldResult;
    return result.confusion.length === classes * classes && Number.isFinite(result.logLoss) ? result : undefined;
  } catch {
    return undefined;
  }
}

function checked(options: Record<string, unknown>): FlowClassifierConfig {
  const parsed = classifierConfig.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new VedetteError('CONFIG_INVALID', `option ${issue?.path.join('.') ?? ''} of the grid: ${issue?.message ?? 'is wrong'}`, {
    hint: `Its keys are options of flow-classifier: ${Object.keys(classifierConfig.shape).join(', ')}.`,
    cause: parsed.error,
  });
}

function combined(grid: ClassifierGrid): Record<string, unknown>[] {
  let all: Record<string, unknown>[] = [{}];
  for (const [key, values] of Object.entries(grid)) all = all.flatMap((one) => values.map((value) => ({ ...one, [key]: value })));
  if (all.length >= 1 && all.length <= MOST_CANDIDATES) return all;
  throw new VedetteError('CONFIG_INVALID', `the grid has ${all.length} combinations`, { hint: `Give 1 to ${MOST_CANDIDATES}.` });
}
