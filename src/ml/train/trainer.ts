import type { InferenceSession } from 'onnxruntime-node';
import { seededRandom, shuffle, VedetteError } from '../../core/index.ts';
import { openSession, runSession, type TensorValue, type TensorValues } from '../infer/runtime.ts';
import { planNetwork } from '../network/network.ts';
import { initialTheta, thetaLength } from '../network/parameters.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { lossModel, trainingStepModel } from '../network/training-step.ts';
import { biasCorrections } from '../optimiser/adam.ts';
import { BatchAssembler } from './batch.ts';
import { checkClasses, checkTrainingData, type TrainingData } from './data.ts';
import {
  type CompleteOptions,
  type EpochLosses,
  TRAINING_DEFAULTS,
  type TrainingCheckpoint,
  type TrainingOptions,
  type TrainingProgress,
  type TrainingResult,
  type TrainingState,
} from './options.ts';

/** Steps between two progress reports within an epoch. */
const REPORT_EVERY = 50;

export interface TrainingHooks {
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Asked before every step; true ends training with what it has. */
  readonly shouldStop?: () => boolean;
  /** After every epoch that is not the last. */
  readonly onCheckpoint?: (checkpoint: TrainingCheckpoint) => void;
}

/**
 * Trains in the calling thread and blocks it step by step: for code that already runs in a worker. Others use `trainModel`.
 * The same specification, data, options and kind of CPU give the same bytes.
 */
export async function trainHere(
  spec: NetworkSpec,
  data: TrainingData,
  options: TrainingOptions,
  hooks: TrainingHooks = {},
): Promise<TrainingResult> {
  checkTrainingData(spec, data);
  if (spec.loss === 'softmax-cross-entropy') checkClasses(data.targets, planNetwork(spec).columns);
  const complete = completeOptions(data, options);
  const clipNorm = Number.isFinite(complete.clipNorm) ? complete.clipNorm : undefined;
  const session = await openSession(trainingStepModel(spec, { batchSize: complete.batchSize, clipNorm }));
  const lossSession = complete.validationRows > 0 ? await openSession(lossModel(spec, complete.batchSize)) : undefined;
  try {
    const resume = options.checkpoint?.state ?? options.resume;
    const state = resume === undefined ? initialState(spec, complete.seed) : checkedState(spec, resume);
    const best = options.checkpoint?.best ?? { loss: Number.POSITIVE_INFINITY, theta: state.theta, epoch: 0 };
    return await runEpochs(new Run(spec, data, complete, session, lossSession), state, best, hooks);
  } finally {
    await session.release();
    await lossSession?.release();
  }
}

/** Weights before the first step. */
export function initialState(spec: NetworkSpec, seed: number): TrainingState {
  const theta = initialTheta(planNetwork(spec).layout, seededRandom(seed));
  return { theta, m: new Float32Array(theta.length), v: new Float32Array(theta.length), step: 0 };
}

async function runEpochs(
  run: Run,
  start: TrainingState,
  bestBefore: TrainingCheckpoint['best'],
  hooks: TrainingHooks,
): Promise<TrainingResult> {
  const { options, stepsPerEpoch } = run;
  const losses: EpochLosses[] = [];
  let state = start;
  let best = bestBefore;
  for (let epoch = Math.floor(state.step / stepsPerEpoch) + 1; epoch <= options.epochs; epoch++) {
    const trained = await run.trainEpoch(epoch, state, hooks);
    state = trained.state;
    if (trained.aborted) return { theta: best.epoch > 0 ? best.theta : state.theta, state, losses, stopped: 'aborted' };
    const validation = await run.validationLoss(state.theta);
    losses.push({ epoch, training: trained.loss, validation });
    if (Number.isFinite(options.patience)) {
      if (validation < best.loss) best = { loss: validation, theta: state.theta, epoch };
      else if (epoch - best.epoch >= options.patience) return { theta: best.theta, state, losses, stopped: 'early' };
    }
    if (epoch < options.epochs) hooks.onCheckpoint?.({ state, best });
  }
  return { theta: best.epoch > 0 ? best.theta : state.theta, state, losses, stopped: 'finished' };
}

/** One training: its sessions, its batches, and the order of rows in each epoch. */
class Run {
  readonly options: CompleteOptions;
  readonly stepsPerEpoch: number;
  private readonly trainingRows: number;
  private readonly rows: number;
  private readonly batches: BatchAssembler;
  private readonly session: InferenceSession;
  private readonly lossSession: InferenceSession | undefined;

  constructor(
    spec: NetworkSpec,
    data: TrainingData,
    options: CompleteOptions,
    session: InferenceSession,
    lossSession: InferenceSession | undefined,
  ) {
    this.options = options;
    this.session = session;
    this.lossSession = lossSession;
    this.rows = data.rows;
    this.trainingRows = data.rows - options.validationRows;
    this.stepsPerEpoch = Math.ceil(this.trainingRows / options.batchSize);
    this.batches = new BatchAssembler(spec, data, options.batchSize);
  }

  async trainEpoch(epoch: number, start: TrainingState, hooks: TrainingHooks) {
    const { batchSize, epochs, learningRate } = this.options;
    const order = this.orderOf(epoch);
    const first = start.step - (epoch - 1) * this.stepsPerEpoch;
    let state = start;
    let lossSum = 0;
    let weightSum = 0;
    for (let step = first; step < this.stepsPerEpoch; step++) {
      if (hooks.shouldStop?.() === true) return { state, loss: lossSum / weightSum, aborted: true };
      const from = step * batchSize;
      const to = Math.min(from + batchSize, this.trainingRows);
      const weight = this.batches.fill(order, from, to);
      const results = await runSession(this.session, { ...this.batches.inputs, ...stateInputs(state, learningRate) });
      lossSum += weight * lossOf(results);
      weightSum += weight;
      state = { theta: floats(results, 'theta_next'), m: floats(results, 'm_next'), v: floats(results, 'v_next'), step: state.step + 1 };
      if ((step + 1) % REPORT_EVERY === 0 || step + 1 === this.stepsPerEpoch) {
        const steps = this.stepsPerEpoch * epochs;
        const rowsDone = (epoch - 1) * this.trainingRows + to;
        hooks.onProgress?.({ epoch, epochs, step: state.step, steps, loss: lossSum / weightSum, rowsDone });
      }
    }
    return { state, loss: lossSum / weightSum, aborted: false };
  }

  /** Mean loss of the rows held back; NaN when there are none. */
  async validationLoss(theta: Float32Array): Promise<number> {
    if (this.lossSession === undefined) return Number.NaN;
    const order = Int32Array.from({ length: this.rows - this.trainingRows }, (_, i) => this.trainingRows + i);
    let lossSum = 0;
    let weightSum = 0;
    for (let from = 0; from < order.length; from += this.options.batchSize) {
      const weight = this.batches.fill(order, from, Math.min(from + this.options.batchSize, order.length));
      const results = await runSession(this.lossSession, { ...this.batches.inputs, theta: { data: theta, shape: [theta.length] } });
      lossSum += weight * lossOf(results);
      weightSum += weight;
    }
    return lossSum / weightSum;
  }

  /** Depends on seed and epoch only, so that a resumed training sees the same order. */
  private orderOf(epoch: number): Int32Array {
    const order = Int32Array.from({ length: this.trainingRows }, (_, i) => i);
    return this.options.shuffle ? shuffle(order, seededRandom((this.options.seed ^ Math.imul(epoch, 0x9e3779b1)) | 0)) : order;
  }
}

function stateInputs(state: TrainingState, rate: number): TensorValues {
  const shape = [state.theta.length];
  const { correction1, correction2 } = biasCorrections(state.step + 1);
  return {
    theta: { data: state.theta, shape },
    m: { data: state.m, shape },
    v: { data: state.v, shape },
    rate: scalar(rate),
    correction1: scalar(correction1),
    correction2: scalar(correction2),
  };
}

function scalar(value: number): TensorValue {
  return { data: Float32Array.of(value), shape: [] };
}

function floats(results: TensorValues, name: string): Float32Array {
  return (results[name] as TensorValue).data as Float32Array;
}

function lossOf(results: TensorValues): number {
  const loss = floats(results, 'loss')[0] as number;
  if (Number.isFinite(loss)) return loss;
  throw new VedetteError('DATA_INSUFFICIENT', `the training loss became ${loss}`, {
    hint: 'lower the learning rate or the clipping norm, and look for NaN or huge values in the data',
  });
}

function checkedState(spec: NetworkSpec, state: TrainingState): TrainingState {
  const length = thetaLength(planNetwork(spec).layout);
  for (const array of [state.theta, state.m, state.v]) {
    if (array.length === length) continue;
    throw new VedetteError('MODEL_MISMATCH', `the state to resume has ${array.length} weights, the network ${length}`);
  }
  return state;
}

function completeOptions(data: TrainingData, options: TrainingOptions): CompleteOptions {
  const complete = { ...TRAINING_DEFAULTS, ...options };
  const { batchSize, epochs, validationRows, learningRate, clipNorm, patience } = complete;
  const whole = Number.isInteger(batchSize) && Number.isInteger(epochs) && Number.isInteger(validationRows);
  if (!whole || batchSize < 1 || epochs < 1 || validationRows < 0 || !(learningRate > 0) || !(clipNorm > 0) || !(patience > 0)) {
    throw new VedetteError('CONFIG_INVALID', `training options ${JSON.stringify({ ...complete, resume: undefined })}`, {
      hint: 'batchSize, epochs, learningRate, clipNorm and patience are above 0, validationRows at least 0',
    });
  }
  if (validationRows >= data.rows) {
    throw new VedetteError('DATA_INSUFFICIENT', `${validationRows} of ${data.rows} rows are held back for validation: none is left`);
  }
  if (Number.isFinite(patience) && validationRows === 0) {
    throw new VedetteError('CONFIG_INVALID', 'patience needs validationRows');
  }
  return complete;
}
