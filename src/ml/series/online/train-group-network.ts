import { trainModel } from '../../train/train-model.ts';
import { SMALL_INPUTS, SMALL_WINDOW, SmallNetwork, type SmallScale, smallInputs, smallNetworkSpec, smallTarget } from './small-network.ts';

/** Readings of one series in a row, with what was said of each before it was seen. */
export interface ReadingHistory {
  readonly value: Float64Array;
  /** What level and hour expected. */
  readonly usual: Float64Array;
  /** Absolute error of what forecast it. */
  readonly error: Float64Array;
  /** Readings up to and including this one without a gap. */
  readonly unbroken: Float64Array;
}

export interface SmallTraining {
  readonly network: SmallNetwork;
  /** Mean absolute errors on the latest fifth, which the training has not seen. */
  readonly networkError: number;
  readonly profileError: number;
}

const HELD_BACK = 0.2;
const OPTIONS = { epochs: 40, batchSize: 64, learningRate: 0.003, clipNorm: 1, patience: 5 };
const LEAST_ROWS = 100;

/** Trains in a worker on the earlier four fifths. The same history and seed give the same weights. undefined: too few unbroken readings. */
export async function trainSmallNetwork(history: ReadingHistory, seed: number, signal: AbortSignal): Promise<SmallTraining | undefined> {
  const { value, unbroken } = history;
  const split = Math.floor(value.length * (1 - HELD_BACK));
  const targets = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => from + i).filter((row) => (unbroken[row] as number) > SMALL_WINDOW);
  const learnt = targets(0, split);
  const heldBack = targets(split, value.length);
  if (learnt.length < LEAST_ROWS || heldBack.length < LEAST_ROWS * HELD_BACK) return undefined;
  const scale = scaleOf(value.subarray(0, split), learnt);
  const rows = learnt.length;
  const inputs = new Float32Array(rows * SMALL_INPUTS);
  const outputs = new Float32Array(rows);
  for (const [i, row] of learnt.entries()) {
    smallInputs(windowBefore(value, row), history.usual[row] as number, scale, inputs, i * SMALL_INPUTS);
    outputs[i] = smallTarget(value[row - 1] as number, value[row] as number, scale);
  }
  const options = { ...OPTIONS, seed, validationRows: Math.floor(rows * HELD_BACK), signal };
  const { theta } = await trainModel(smallNetworkSpec(), { rows, inputs, targets: outputs }, options);
  const network = new SmallNetwork(theta, scale);
  return { network, ...errorsOf(network, history, heldBack) };
}

function errorsOf(network: SmallNetwork, { value, usual, error }: ReadingHistory, rows: readonly number[]) {
  let networkError = 0;
  let profileError = 0;
  for (const row of rows) {
    networkError += Math.abs((value[row] as number) - network.predict(windowBefore(value, row), usual[row] as number)) / rows.length;
    profileError += (error[row] as number) / rows.length;
  }
  return { networkError, profileError };
}

function windowBefore(value: Float64Array, row: number): Float64Array {
  return value.subarray(row - SMALL_WINDOW, row);
}

/** Changes winsorised at their upper 2 %. */
function scaleOf(value: Float64Array, rows: readonly number[]): SmallScale {
  const sizes = rows.map((row) => Math.abs((value[row] as number) - (value[row - 1] as number))).sort((a, b) => a - b);
  const most = sizes[Math.floor(sizes.length * 0.98)] as number;
  const change = Math.sqrt(sizes.reduce((sum, size) => sum + Math.min(size, most) ** 2, 0) / sizes.length);
  const mean = value.reduce((sum, one) => sum + one, 0) / value.length;
  const spread = Math.sqrt(value.reduce((sum, one) => sum + (one - mean) ** 2, 0) / value.length);
  return { change: change > 0 ? change : 1, mean, spread: spread > 0 ? spread : 1 };
}
