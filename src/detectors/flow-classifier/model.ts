import {
  boostTrees,
  classifierToOnnx,
  fitPooling,
  fitScaler,
  type LabelledRows,
  type Logistic,
  logisticProbabilities,
  type Pooling,
  pooledProbabilities,
  rowsOf,
  type Scaler,
  scaleRows,
  type TreeEnsemble,
  trainLogistic,
  treeProbabilities,
  treesToOnnx,
} from '../../ml/index.ts';
import type { FlowClassifierConfig } from './config.ts';

export interface ClassifierModel {
  readonly classes: readonly string[];
  /** Number of the harmless class. */
  readonly benign: number;
  readonly trees?: TreeEnsemble;
  readonly logistic?: { readonly scaler: Scaler; readonly network: Logistic };
  /** Of an ensemble, or of a recalibrated model. */
  readonly pooling?: Pooling;
}

type Members = Pick<ClassifierModel, 'trees' | 'logistic'>;
type Progress = (share: number, loss?: number) => void;

/** Trains what the algorithm names. Members of an ensemble are weighed by probabilities of rows that they had not seen. */
export async function fitClassifier(
  data: LabelledRows,
  options: FlowClassifierConfig,
  seed: number,
  progress: Progress,
): Promise<Members & { readonly pooling?: Pooling }> {
  if (options.algorithm !== 'ensemble') return fitMembers(data, options, seed, progress);
  const { folds } = options;
  const parts: Float64Array[][] = [];
  const order: number[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const every = Array.from({ length: data.rows }, (_, row) => row);
    const unseen = every.filter((row) => row % folds === fold);
    const known = every.filter((row) => row % folds !== fold);
    const members = await fitMembers(rowsOf(data, known), options, seed, (share) => progress((fold + share) / (folds + 1)));
    parts.push(await memberProbabilities(members, rowsOf(data, unseen).values, unseen.length, data.classes.length));
    order.push(...unseen);
  }
  const joined = [0, 1].map((member) => Float64Array.from(parts.flatMap((fold) => Array.from(fold[member] as Float64Array))));
  const pooling = fitPooling(
    joined,
    Int32Array.from(order, (row) => data.labels[row] as number),
    data.classes.length,
  );
  const members = await fitMembers(data, options, seed, (share, loss) => progress((folds + share) / (folds + 1), loss));
  return { ...members, pooling };
}

async function fitMembers(data: LabelledRows, options: FlowClassifierConfig, seed: number, progress: Progress): Promise<Members> {
  const { algorithm, rounds, leaves, learningRate, minLeafRows, l2, maxStep, classWeights, patience, epochs } = options;
  const boosting = {
    rounds,
    leaves,
    learningRate,
    minLeafRows,
    l2,
    maxStep,
    classWeights,
    seed,
    ...(patience !== undefined && { patience }),
  };
  const trees = algorithm === 'logistic' ? undefined : boostTrees(data, boosting, progress).ensemble;
  if (algorithm === 'gradient-boosting') return { trees: trees as TreeEnsemble };
  const scaler = fitScaler(data.values, data.rows, data.columns);
  const scaled = scaleRows(scaler, data.values);
  const network = await trainLogistic(scaled, data.columns, data.labels, data.classes.length, { epochs, seed });
  return { ...(trees && { trees }), logistic: { scaler, network } };
}

/** (rows, classes) of each member: trees, then the logistic regression. */
async function memberProbabilities(
  { trees, logistic }: Members,
  values: Float32Array,
  rows: number,
  classes: number,
): Promise<Float64Array[]> {
  const parts: Float64Array[] = [];
  if (trees !== undefined) parts.push(treeProbabilities(trees, values, rows));
  if (logistic !== undefined) parts.push(await logisticProbabilities(logistic.network, scaleRows(logistic.scaler, values), classes));
  return parts;
}

/** (rows, classes) */
export async function classProbabilities(model: ClassifierModel, values: Float32Array, rows: number): Promise<Float64Array> {
  const parts = await memberProbabilities(model, values, rows, model.classes.length);
  return model.pooling === undefined ? (parts[0] as Float64Array) : pooledProbabilities(model.pooling, parts);
}

/** The same members with weights and biases that fit newer rows; `labels`: class numbers. */
export async function recalibrated(model: ClassifierModel, values: Float32Array, labels: Int32Array): Promise<ClassifierModel> {
  const parts = await memberProbabilities(model, values, labels.length, model.classes.length);
  return { ...model, pooling: fitPooling(parts, labels, model.classes.length) };
}

/** Input `values`: the encoded columns as they are; outputs `class` and `probabilities`. */
export function classifierOnnx({ classes, trees, logistic, pooling }: ClassifierModel): Uint8Array {
  if (trees !== undefined && logistic === undefined && pooling === undefined) return treesToOnnx(trees);
  const columns = trees?.columns ?? logistic?.scaler.mean.length ?? 0;
  return classifierToOnnx({
    classes: classes.length,
    columns,
    ...(trees && { trees }),
    ...(logistic && { logistic }),
    ...(pooling && { pooling }),
  });
}
