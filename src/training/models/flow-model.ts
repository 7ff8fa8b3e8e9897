import { type Calibration, calibrate, pValuesOf, scoreAtRate, smallestRate } from '../../alerts/index.ts';
import { type Detector, type FitProgress, type RowBatch, VedetteError } from '../../core/index.ts';
import { benignClassOf } from '../../detectors/flow-classifier/index.ts';
import type { ClassifierModel } from '../../detectors/flow-classifier/model.ts';
import { RowDetector } from '../../detectors/rows/row-detector.ts';
import { encodingSchema, type FlowEncoding } from '../../features/index.ts';
import type { FitCheckpoints } from '../../ml/index.ts';
import type { LoadedModel } from '../../registry/index.ts';
import { isPlaceholder } from '../data.ts';
import type { ClassReport } from '../flows/class-report.ts';
import { type CleanOptions, cleanFlows } from '../flows/clean.ts';
import { type EncodingOptions, encodeRows } from '../flows/encode.ts';
import type { FlowEvaluation } from '../flows/flow-evaluation.ts';
import type { FlowTable } from '../flows/flow-table.ts';
import type { ClassifierGrid } from '../flows/grid-search.ts';
import { packTableAlarm, unpackTableAlarm } from '../flows/pack-table-alarm.ts';
import { predictionsOf } from '../flows/predictions.ts';
import type { SplitBy } from '../flows/split.ts';
import { flowNovelty } from '../flows/table-alarm.ts';
import { labelledReports, type TrainedFlows, trainFlows } from '../flows/train-flows.ts';
import { createDetector } from '../train.ts';
import type { ModelDraft } from './draft.ts';

/** Options of the data rather than of the detector, given the same way. */
const DATA_KEYS = ['homeNetworks', 'destinationPort', 'attempted', 'split', 'drop', 'mayLack'] as const;

export interface FlowModelOptions {
  readonly detector: string;
  readonly table: FlowTable;
  /** The detector's own, and those of the data: homeNetworks, destinationPort, attempted, split, drop, mayLack. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly promise: number;
  readonly grid?: ClassifierGrid;
  readonly checkpoints?: FitCheckpoints;
  readonly progress?: FitProgress;
}

export interface TrainedFlowModel extends ModelDraft {
  readonly trained: TrainedFlows;
}

export async function trainFlowModel(given: FlowModelOptions): Promise<TrainedFlowModel> {
  const { detector, table, options, seed, promise, progress, grid, checkpoints } = given;
  const own = Object.fromEntries(Object.entries(options).filter(([key]) => !(DATA_KEYS as readonly string[]).includes(key)));
  const data = flowDataOptions(options);
  const trained = await trainFlows(table, {
    detector,
    options: own,
    seed,
    ...data,
    ...(grid && { grid }),
    promise,
    ...(checkpoints && { checkpoints }),
    ...(progress && { progress }),
  });
  const { info, files } = flowModelDraft(trained, await trained.detector.snapshot(), table, {
    ...{ detector, seed, promise },
    attempted: data.attempted ?? 'benign',
  });
  return { info, files, trained };
}

/** What the registry keeps of trained rows. */
export function flowModelDraft(
  trained: TrainedFlows,
  snapshot: Uint8Array,
  table: FlowTable,
  { detector, seed, promise, attempted }: Pick<FlowModelOptions, 'detector' | 'seed' | 'promise'> & { readonly attempted: string },
): ModelDraft {
  const { manifest, report, evaluation } = trained;
  const { from = 0, to = 0, sha256 } = table.fingerprint;
  return {
    info: {
      detector,
      seed,
      data: { from, to, rows: manifest.data.rows, sha256 },
      features: { flows: trained.encoding, attempted },
      hyperParameters: manifest.hyperparameters as Record<string, unknown>,
      metrics: {
        ...manifest.metrics,
        ...(report && {
          accuracy: report.accuracy.value,
          macro_f1: report.macro_f1,
          attack_f1: report.attack.f1,
          calibration_error: report.calibration_error,
        }),
        ...(evaluation && figuresOf(evaluation)),
      },
      calibration: { ...manifest.calibration, promised_rate: promise },
    },
    files: {
      'model.bin': snapshot,
      'calibration.bin': new Uint8Array(trained.summary.calibration.slice().buffer),
      ...(trained.onnx && { [detector === 'flow-classifier' ? 'classifier.onnx' : 'model.onnx']: trained.onnx }),
      ...(trained.alarm && { 'alarm.bin': packTableAlarm(trained.alarm) }),
    },
  };
}

/** Of rows that a novelty model had not learnt from. */
function figuresOf({ metrics }: FlowEvaluation): Record<string, number> {
  const { roc_auc, pr_auc, alarm_recall, observed_rate } = metrics;
  return { ...(roc_auc !== undefined && { roc_auc }), ...(pr_auc !== undefined && { pr_auc }), alarm_recall, observed_rate };
}

/** USAGE for a value that none of them takes. */
export function flowDataOptions(given: Readonly<Record<string, unknown>>): EncodingOptions & CleanOptions & { split?: SplitBy } {
  const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : String(value).split(','));
  const { homeNetworks, destinationPort, attempted, split, drop, mayLack } = given;
  if (attempted !== undefined && attempted !== 'keep' && attempted !== 'benign') throw wrong('attempted', attempted, 'keep or benign');
  if (split !== undefined && split !== 'time' && split !== 'random' && split !== 'hash')
    throw wrong('split', split, 'time, random or hash');
  return {
    ...(homeNetworks !== undefined && { homeNetworks: list(homeNetworks) }),
    ...(drop !== undefined && { drop: list(drop) }),
    ...(mayLack !== undefined && { mayLack: list(mayLack) }),
    ...(destinationPort !== undefined && { destinationPort: destinationPort === true }),
    ...(attempted !== undefined && { attempted }),
    ...(split !== undefined && { split }),
  };
}

function wrong(option: string, value: unknown, allowed: string): VedetteError {
  return new VedetteError('USAGE', `option ${option}=${String(value)} is none`, { hint: `Write ${allowed}.` });
}

export interface ScoredFlows {
  readonly model: string;
  readonly batch: RowBatch;
  readonly labelled: boolean;
  /** Whether it names classes. */
  readonly classifies: boolean;
  readonly predictions: ReturnType<typeof predictionsOf>;
  readonly report?: ClassReport;
  readonly families?: ClassReport;
  readonly promise: number;
  readonly benign: string;
  /** Score above which a row is flagged at the promised rate. */
  readonly threshold: number;
  /** Benign rows the calibration rests on, and the smallest rate they resolve. */
  readonly calibration: { readonly rows: number; readonly smallest_rate: number };
}

/** Scores a table of flows with a registered version; MODEL_MISMATCH for one of another kind. */
export async function scoreFlowModel({ manifest, files }: LoadedModel, table: FlowTable, rate?: number): Promise<ScoredFlows> {
  const model = `${manifest.name}@${manifest.version}`;
  const { detector, encoding, normal } = await openFlowModel({ manifest, files }, model);
  const named = encoding.features.flatMap((feature) => ('column' in feature ? [feature.column] : []));
  if (named.length > 0 && !table.columns.some(({ name }) => named.includes(name))) {
    throw new VedetteError('MODEL_MISMATCH', `the data have none of the columns that ${model} learnt from`, {
      hint: `It learnt from ${named.slice(0, 10).join(', ')}.`,
    });
  }
  const cleaned = cleanFlows(table, { attempted: manifest.features.attempted === 'keep' ? 'keep' : 'benign' });
  const benign = classOfBenign(detector) ?? cleaned.benign;
  const labels = table.labels === undefined ? undefined : cleaned.labels.map((label) => (label === cleaned.benign ? benign : label));
  const every = Array.from({ length: table.rows }, (_, row) => row);
  const batch = encodeRows(table, encoding, every, labels);
  const scored = await detector.score(batch);
  const promise = rate ?? Number(manifest.calibration.promised_rate ?? 0.001);
  const { pValue } = pValuesOf(normal, scored.score);
  const novelty = files['alarm.bin'] && (await flowNovelty(unpackTableAlarm(files['alarm.bin']), table));
  const threshold = scoreAtRate(normal, promise).score;
  const predictions = predictionsOf(scored, batch.keys, pValue, threshold, { actual: labels, novelty, ends: table });
  const { length: calibrated } = normal.sorted;
  const calibration = { rows: calibrated, smallest_rate: smallestRate(calibrated) };
  const { classes, probabilities } = scored;
  const classifies = classes !== undefined;
  const common = {
    model,
    batch,
    classifies,
    labelled: labels !== undefined,
    predictions,
    promise,
    benign,
    threshold,
    calibration,
  };
  if (labels === undefined || classes === undefined || probabilities === undefined) return common;
  const rows = every.filter((row) => !isPlaceholder(labels[row] as string));
  const K = classes.length;
  const own = new Float64Array(rows.length * K);
  for (const [i, row] of rows.entries()) own.set(probabilities.subarray(row * K, (row + 1) * K), i * K);
  const known = rows.map((row) => labels[row] as string);
  return { ...common, ...labelledReports(own, classes, benign, known) };
}

/** What a classifier calls harmless flows. */
function classOfBenign(detector: Detector<RowBatch>): string | undefined {
  return detector instanceof RowDetector ? (detector.model as Partial<ClassifierModel>).classes?.[benignClassOf(detector)] : undefined;
}

/** A registered version's detector; MODEL_MISMATCH for one of another kind. */
export async function openFlowModel(
  { manifest, files }: Pick<LoadedModel, 'manifest' | 'files'>,
  name: string,
): Promise<{ readonly detector: Detector<RowBatch>; readonly encoding: FlowEncoding; readonly normal: Calibration }> {
  const state = files['model.bin'];
  const calibration = files['calibration.bin'];
  const encoding = encodingSchema.safeParse(manifest.features.flows);
  if (state === undefined || calibration === undefined || !encoding.success) {
    throw new VedetteError('MODEL_MISMATCH', `${name} holds no model of flows`, { hint: 'Train it again with `vedette train`.' });
  }
  const { detector } = await createDetector(manifest.detector, manifest.hyperParameters, manifest.seed);
  await detector.restore(state);
  const normal = calibrate(new Float64Array(calibration.slice().buffer));
  return { detector: detector as unknown as Detector<RowBatch>, encoding: encoding.data, normal };
}

/** A version of a model of rows as ONNX; undefined for any other. */
export async function flowModelOnnx({ manifest, files }: Pick<LoadedModel, 'manifest' | 'files'>): Promise<Uint8Array | undefined> {
  if (manifest.features.flows === undefined) return undefined;
  const { detector } = await openFlowModel({ manifest, files }, `${manifest.name}@${manifest.version}`);
  return detector instanceof RowDetector ? detector.onnx() : undefined;
}
