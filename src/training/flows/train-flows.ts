import { calibrate, pValuesOf, scoreAtRate } from '../../alerts/index.ts';
import type { Detector, FitProgress, FitSummary, RowBatch } from '../../core/index.ts';
import { familyOf } from '../../detectors/flow-classifier/families.ts';
import type { ClassifierModel } from '../../detectors/flow-classifier/model.ts';
import { RowDetector } from '../../detectors/rows/row-detector.ts';
import type { FlowEncoding } from '../../features/index.ts';
import { type FitCheckpoints, logisticImportance } from '../../ml/index.ts';
import { fingerprintOf } from '../data.ts';
import { type TrainingManifest, trainDetector } from '../train.ts';
import { type ClassReport, classReport, mergedReport } from './class-report.ts';
import { type CleanOptions, cleanFlows } from './clean.ts';
import { type EncodingOptions, encodeRows, fitEncoding } from './encode.ts';
import { evaluateFlows, type FlowEvaluation } from './flow-evaluation.ts';
import type { FlowTable } from './flow-table.ts';
import { type ClassifierCandidate, type ClassifierGrid, searchClassifier } from './grid-search.ts';
import { predictionsOf } from './predictions.ts';
import { divideRows, type SplitBy } from './split.ts';
import { fitTableAlarm, type TableAlarm } from './table-alarm.ts';

export interface TrainFlowsOptions extends EncodingOptions, CleanOptions {
  readonly detector: string;
  /** The detector's own options. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly split?: SplitBy;
  readonly seed?: number;
  /** Values to try, of classifiers: compared by cross-validation on the training part alone. */
  readonly grid?: ClassifierGrid;
  /** Promised rate at which a novelty detector's figures are taken. Default 0.001. */
  readonly promise?: number;
  readonly checkpoints?: FitCheckpoints;
  readonly progress?: FitProgress;
}

export interface TrainedFlows {
  readonly detector: Detector<RowBatch>;
  readonly encoding: FlowEncoding;
  readonly manifest: TrainingManifest;
  readonly summary: FitSummary;
  /** Of rows held back by the split; for classifiers. */
  readonly report?: ClassReport;
  /** The same rows by family. */
  readonly families?: ClassReport;
  /** Of labelled rows held back by the split; for detectors that name no classes. */
  readonly evaluation?: FlowEvaluation;
  /** What the grid tried, best first. */
  readonly candidates: readonly ClassifierCandidate[];
  readonly split: string;
  readonly cleaning: {
    readonly duplicates: number;
    readonly infinite: number;
    readonly attempted: number;
    readonly unlabelled: number;
    readonly damaged: number;
  };
  /** Score A over benign rows and known attacks of the training part; of detectors that name or alarm by it. */
  readonly alarm?: TableAlarm;
  /** The model as ONNX. */
  readonly onnx?: Uint8Array;
  /** Shares by feature, largest first: of all gains of trees, of the weights on scaled columns of a logistic regression. */
  readonly importance: readonly (readonly [string, number])[];
}

/** Detectors whose models alarm by score A. */
const ALARMED: readonly string[] = ['flow-classifier', 'flow-novelty'];

/** Roles name what is known; an alarm on them would be one on everything from outside. */
function withoutRoles({ drop }: EncodingOptions): EncodingOptions {
  return drop === undefined ? {} : { drop };
}

/** Cleans, divides, fits on the training part and reports on the rest. A novelty detector learns from the benign rows alone. */
export async function trainFlows(table: FlowTable, options: TrainFlowsOptions): Promise<TrainedFlows> {
  const cleaned = cleanFlows(table, options);
  const keep = new Set(cleaned.rows);
  const split = options.split ?? (table.time.some(Number.isNaN) ? 'random' : 'time');
  const division = divideRows(table, cleaned.labels, split, 0.7, options.seed ?? 1);
  const classifies = options.detector === 'flow-classifier';
  const wanted = (row: number) => keep.has(row) && (classifies || table.labels === undefined || cleaned.labels[row] === cleaned.benign);
  const train = division.train.filter(wanted);
  const encoding = fitEncoding(table, train, options);
  const labels = table.labels === undefined ? undefined : cleaned.labels;
  const batch = encodeRows(table, encoding, train, labels);
  const { from, to, inputs, sha256 } = table.fingerprint;
  const times = from === undefined || to === undefined ? undefined : { from, to };
  const searching = classifies && options.grid !== undefined && Object.keys(options.grid).length > 0;
  const own = classifies && labels !== undefined ? { benign: cleaned.benign, ...options.options } : { ...options.options };
  const seed = options.seed ?? 0;
  const candidates = searching
    ? await searchClassifier(batch, options.grid, {
        options: own,
        seed,
        ...(options.checkpoints && { checkpoints: options.checkpoints }),
        progress: (share) => options.progress?.(share * 0.7),
      })
    : [];
  const { detector, summary, manifest } = await trainDetector({
    detector: options.detector,
    data: { batch, fingerprint: { ...fingerprintOf({ rows: train.length }, inputs, times), sha256 }, skipped: table.skipped },
    options: { ...own, ...candidates[0]?.options },
    seed,
    ...(options.progress && { progress: (share, loss) => options.progress?.(searching ? 0.7 + share * 0.3 : share, loss) }),
  });
  const alarmed = ALARMED.includes(options.detector);
  const inTraining = new Set(division.train);
  const learnt = { ...cleaned, rows: cleaned.rows.filter((row) => inTraining.has(row)) };
  const alarm = alarmed ? await fitTableAlarm(table, learnt, { ...withoutRoles(options), seed }) : undefined;
  const test = division.test.filter((row) => keep.has(row));
  const model = classifies && detector instanceof RowDetector ? (detector.model as ClassifierModel) : undefined;
  const reports =
    model === undefined || test.length === 0 ? undefined : await reportsOf(detector, model, encodeRows(table, encoding, test, labels));
  const evaluation =
    classifies || labels === undefined || test.length === 0
      ? undefined
      : await noveltyEvaluation(detector, summary, encodeRows(table, encoding, test, labels), cleaned.benign, options.promise ?? 0.001);
  const gains = model?.trees?.importance ?? (model?.logistic && logisticImportance(model.logistic.network));
  const total = gains?.reduce((sum, gain) => sum + gain, 0) || 1;
  return {
    detector,
    encoding,
    manifest,
    summary,
    ...reports,
    ...(evaluation && { evaluation }),
    ...(alarm && { alarm }),
    candidates,
    split: division.how,
    cleaning: {
      duplicates: cleaned.duplicates,
      infinite: cleaned.infinite,
      attempted: cleaned.attempted,
      unlabelled: cleaned.unlabelled,
      damaged: table.damaged,
    },
    ...(detector instanceof RowDetector && { onnx: detector.onnx() }),
    importance: Array.from(gains ?? [], (gain, i) => [batch.columns[i] as string, gain / total] as const)
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, 20),
  };
}

/** What a detector that names no classes finds in rows it had not learnt from. */
async function noveltyEvaluation(
  detector: Detector<RowBatch>,
  { calibration }: FitSummary,
  batch: RowBatch,
  benign: string,
  promise: number,
): Promise<FlowEvaluation> {
  const normal = calibrate(calibration);
  const scored = await detector.score(batch);
  const { pValue } = pValuesOf(normal, scored.score);
  const predictions = predictionsOf(scored, batch.keys, pValue, scoreAtRate(normal, promise).score, { actual: batch.labels });
  return evaluateFlows({ predictions, benign, promise });
}

/** Figures of labelled rows by class and by family; a label the model does not know is a class it never names. */
export async function reportsOf(
  detector: Detector<RowBatch>,
  { classes: known, benign }: Pick<ClassifierModel, 'classes' | 'benign'>,
  batch: RowBatch,
): Promise<{ readonly report: ClassReport; readonly families: ClassReport }> {
  const { probabilities = new Float64Array(0) } = await detector.score(batch);
  return labelledReports(probabilities, known, known[benign] as string, batch.labels ?? []);
}

export function labelledReports(
  probabilities: Float64Array,
  known: readonly string[],
  benign: string,
  labels: readonly string[],
): { readonly report: ClassReport; readonly families: ClassReport } {
  const classes = [...new Set([...known, ...labels])];
  const [K, all] = [known.length, classes.length];
  const wide = new Float64Array(labels.length * all);
  for (let row = 0; row < labels.length; row++) wide.set(probabilities.subarray(row * K, (row + 1) * K), row * all);
  const actual = Int32Array.from(labels, (label) => classes.indexOf(label));
  const harmless = classes.indexOf(benign);
  const families = Object.fromEntries(classes.map((name) => [name, familyOf(name)]));
  return {
    report: classReport(wide, actual, classes, harmless),
    families: mergedReport(wide, actual, classes, harmless, families),
  };
}
