import type { FitProgress } from '../../core/index.ts';
import { InferenceWorker, inferenceModel, type NetworkSpec, network, type TrainingData, trainModel } from '../../ml/index.ts';
import { UNKNOWN } from '../sequence/vocabulary.ts';
import type { DeepLogConfig } from './config.ts';
import type { Windows } from './windows.ts';

/** Surprise of an event never seen while learning, in nats: more than any known event gets. */
export const UNSEEN_NATS = 25;
/** Log probabilities one inference call returns at most. */
const OUTPUTS_PER_CALL = 1 << 20;

/** The worker is stopped when nothing was asked of it for so long, so that it keeps no process alive. */
const IDLE_MS = 1_000;

/** What the network made of each position: minus ln probability of what came, and how many symbols were more probable. */
export interface Predictions {
  readonly nats: Float32Array;
  readonly rank: Int32Array;
}

export function networkOf(config: DeepLogConfig, symbols: number): NetworkSpec {
  const recurrent = Array.from({ length: config.layers }, () => ({ kind: config.cell, units: config.units }));
  return network({
    input: { kind: 'codes', steps: config.history, vocabulary: symbols, padded: true },
    layers: [{ kind: 'embedding', units: config.embedding }, ...recurrent, { kind: 'last' }, { kind: 'dense', units: symbols }],
    loss: 'softmax-cross-entropy',
  });
}

export interface TrainedNetwork {
  readonly spec: NetworkSpec;
  readonly theta: Float32Array;
  readonly loss: number;
}

export interface TrainingCall {
  readonly epochs: number;
  /** Start from these weights instead of random ones. */
  readonly theta?: Float32Array;
  readonly progress?: FitProgress;
}

export async function trainNetwork(
  config: DeepLogConfig,
  symbols: number,
  data: TrainingData,
  call: TrainingCall,
): Promise<TrainedNetwork> {
  const spec = networkOf(config, symbols);
  const { theta: from } = call;
  const { theta, losses } = await trainModel(spec, data, {
    epochs: call.epochs,
    batchSize: config.batchSize,
    learningRate: config.learningRate,
    seed: config.seed,
    ...(from === undefined
      ? {}
      : { resume: { theta: from.slice(), m: new Float32Array(from.length), v: new Float32Array(from.length), step: 0 } }),
    onProgress: ({ step, steps, loss }) => call.progress?.(step / steps, loss),
  });
  return { spec, theta, loss: losses.at(-1)?.training ?? Number.NaN };
}

/** A trained network in a worker thread. */
export class NextEvent {
  readonly model: Uint8Array;
  readonly symbols: number;
  private readonly history: number;
  private opening: Promise<InferenceWorker> | undefined;
  private running = 0;
  private idle: NodeJS.Timeout | undefined;

  constructor(model: Uint8Array, history: number, symbols: number) {
    this.model = model;
    this.history = history;
    this.symbols = symbols;
  }

  static of(trained: TrainedNetwork): NextEvent {
    const { input } = trained.spec;
    if (input.kind !== 'codes') throw new RangeError('a next-event network reads codes');
    return new NextEvent(inferenceModel(trained.spec, trained.theta), input.steps, input.vocabulary);
  }

  async predict(windows: Windows): Promise<Predictions> {
    const positions = windows.of.length;
    const nats = new Float32Array(positions);
    const rank = new Int32Array(positions);
    const { first, order } = byHistory(windows);
    const chunk = Math.max(16, Math.floor(OUTPUTS_PER_CALL / this.symbols));
    for (let from = 0; from < windows.distinct; from += chunk) {
      const to = Math.min(windows.distinct, from + chunk);
      const logp = await this.run(windows.symbols.slice(from * this.history, to * this.history), to - from);
      for (let history = from; history < to; history++) {
        const row = logp.subarray((history - from) * this.symbols, (history - from + 1) * this.symbols);
        for (let i = first[history] as number; i < (first[history + 1] as number); i++) {
          const position = order[i] as number;
          const next = windows.next[position] as number;
          const seen = next !== UNKNOWN && next < this.symbols;
          nats[position] = seen ? Math.min(-(row[next] as number), UNSEEN_NATS) : UNSEEN_NATS;
          rank[position] = seen ? rankOf(row, next) : this.symbols;
        }
      }
    }
    return { nats, rank };
  }

  /** Log probabilities of every symbol after each history, as `windows` pads it: (rows, symbols). */
  async run(symbols: Int32Array, rows: number): Promise<Float32Array> {
    clearTimeout(this.idle);
    this.running++;
    this.opening ??= InferenceWorker.open(this.model);
    try {
      const worker = await this.opening;
      const { log_probabilities } = await worker.run({ x: { data: symbols, shape: [rows, this.history] } });
      return log_probabilities?.data as Float32Array;
    } finally {
      if (--this.running === 0) this.idle = setTimeout(() => void this.close(), IDLE_MS);
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.idle);
    const { opening } = this;
    this.opening = undefined;
    await opening?.then((worker) => worker.close());
  }
}

function rankOf(row: Float32Array, symbol: number): number {
  const own = row[symbol] as number;
  let higher = 0;
  for (let i = 0; i < row.length; i++) if ((row[i] as number) > own) higher++;
  return higher;
}

/** Positions grouped by their history (counting sort). */
function byHistory(windows: Windows): { first: Int32Array; order: Int32Array } {
  const first = new Int32Array(windows.distinct + 1);
  for (const history of windows.of) first[history + 1] = (first[history + 1] as number) + 1;
  for (let i = 0; i < windows.distinct; i++) first[i + 1] = (first[i + 1] as number) + (first[i] as number);
  const at = first.slice();
  const order = new Int32Array(windows.of.length);
  for (let i = 0; i < windows.of.length; i++) {
    const history = windows.of[i] as number;
    const slot = at[history] as number;
    order[slot] = i;
    at[history] = slot + 1;
  }
  return { first, order };
}
