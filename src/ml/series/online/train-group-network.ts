import { trainModel } from '../../train/train-model.ts';
import {
  GROUP_WINDOW,
  type GroupAlgorithm,
  GroupNetwork,
  type GroupScale,
  groupInputs,
  groupNetworkSpec,
  groupTarget,
} from './group-network.ts';

/** Rows of a group of channels in their order, with what was expected of each before it was seen. */
export interface GroupHistory {
  readonly rows: number;
  readonly channels: number;
  /** (rows, channels) */
  readonly value: Float64Array;
  /** (rows, channels): expected without a network. */
  readonly base: Float64Array;
  /** (rows): rows up to and including this one without a gap. */
  readonly unbroken: Float64Array;
  /** (rows): 1 where every channel reported. */
  readonly whole: Float64Array;
}

export interface GroupErrors {
  readonly network: number;
  readonly profile: number;
}

export interface GroupTraining {
  readonly network: GroupNetwork;
  /** Per channel: mean absolute errors on the latest fifth, which the training has not seen. */
  readonly errors: readonly GroupErrors[];
}

const HELD_BACK = 0.2;
const OPTIONS = { epochs: 40, batchSize: 64, learningRate: 0.003, clipNorm: 1, patience: 5 };
const LEAST_ROWS = 100;

/** Trains in a worker on the earlier four fifths. The same history and seed give the same weights. undefined: too few unbroken rows. */
export async function trainGroupNetwork(
  history: GroupHistory,
  algorithm: GroupAlgorithm,
  seed: number,
  signal: AbortSignal,
): Promise<GroupTraining | undefined> {
  const { channels, value, base, unbroken, whole } = history;
  const split = Math.floor(history.rows * (1 - HELD_BACK));
  const targets = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => from + i).filter((row) => (unbroken[row] as number) > GROUP_WINDOW && whole[row] === 1);
  const learnt = targets(0, split);
  const heldBack = targets(split, history.rows);
  if (learnt.length < LEAST_ROWS || heldBack.length < LEAST_ROWS * HELD_BACK) return undefined;
  const scale = scaleOf(history, split, learnt);
  const rows = learnt.length;
  const width = (GROUP_WINDOW + 1) * channels;
  const inputs = new Float32Array(rows * width);
  const outputs = new Float32Array(rows * channels);
  for (const [i, row] of learnt.entries()) {
    groupInputs(windowBefore(history, row), rowOf(base, row, channels), scale, inputs, i * width);
    for (let c = 0; c < channels; c++) {
      const at = row * channels + c;
      outputs[i * channels + c] = groupTarget(value[at] as number, base[at] as number, c, scale);
    }
  }
  const spec = groupNetworkSpec(algorithm, channels);
  const options = { ...OPTIONS, seed, validationRows: Math.floor(rows * HELD_BACK), signal };
  const { theta } = await trainModel(spec, { rows, inputs, targets: outputs }, options);
  const network = new GroupNetwork({ algorithm, theta, scale });
  return { network, errors: errorsOf(network, history, heldBack) };
}

function errorsOf(network: GroupNetwork, history: GroupHistory, rows: readonly number[]): GroupErrors[] {
  const { channels, value, base } = history;
  const errors = Array.from({ length: channels }, () => ({ network: 0, profile: 0 }));
  for (const row of rows) {
    const expected = network.predict(windowBefore(history, row), rowOf(base, row, channels));
    for (const [c, error] of errors.entries()) {
      const actual = value[row * channels + c] as number;
      error.network += Math.abs(actual - (expected[c] as number)) / rows.length;
      error.profile += Math.abs(actual - (base[row * channels + c] as number)) / rows.length;
    }
  }
  return errors;
}

function rowOf(values: Float64Array, row: number, channels: number): Float64Array {
  return values.subarray(row * channels, (row + 1) * channels);
}

function windowBefore({ value, channels }: GroupHistory, row: number): Float64Array {
  return value.subarray((row - GROUP_WINDOW) * channels, row * channels);
}

/** Changes and errors winsorised at their upper 2 %. */
function scaleOf({ value, base, channels }: GroupHistory, split: number, rows: readonly number[]): GroupScale {
  const each = (of: (c: number) => number) => Array.from({ length: channels }, (_, c) => of(c));
  const at = (row: number, c: number) => value[row * channels + c] as number;
  const change = each((c) => size(rows.map((row) => at(row, c) - at(row - 1, c))));
  const error = each((c) => size(rows.map((row) => at(row, c) - (base[row * channels + c] as number))));
  const known = (c: number) => Array.from({ length: split }, (_, row) => at(row, c));
  const mean = each((c) => known(c).reduce((sum, one) => sum + one, 0) / split);
  const spread = each((c) => {
    const variance = known(c).reduce((sum, one) => sum + (one - (mean[c] as number)) ** 2, 0) / split;
    return variance > 0 ? Math.sqrt(variance) : 1;
  });
  return { change, error, mean, spread };
}

function size(differences: readonly number[]): number {
  const sizes = differences.map(Math.abs).sort((a, b) => a - b);
  const most = sizes[Math.floor(sizes.length * 0.98)] as number;
  const square = sizes.reduce((sum, one) => sum + Math.min(one, most) ** 2, 0) / sizes.length;
  return square > 0 ? Math.sqrt(square) : 1;
}
