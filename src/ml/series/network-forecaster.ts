import { z } from 'zod';
import { canonicalJson, type SeriesFrame, sha256Hex } from '../../core/index.ts';
import { DirectInference } from '../infer/inference.ts';
import { inferenceModel } from '../network/inference-model.ts';
import { type NetworkSpec, networkSchema } from '../network/spec.ts';
import type { TrainingCheckpoint } from '../train/options.ts';
import { trainModel } from '../train/train-model.ts';
import { trainHere } from '../train/trainer.ts';
import { CALENDAR_COLUMNS, calendarAt } from './calendar.ts';
import { type FitOptions, type ForecasterArrays, fittedPart, type SavedForecaster, type StorableForecaster } from './forecaster.ts';
import { type NetworkAlgorithm, networkOf } from './networks.ts';
import { fitScaling, type Scaling, scaled, scalingSchema, unscale } from './scaler.ts';
import { TrainingCheckpoints } from './training-checkpoint.ts';

export interface NetworkOptions {
  /** Values of each channel up to the origin. */
  readonly window?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  /** In the calling thread instead of a worker: for code that already runs in one. */
  readonly here?: boolean;
}

interface FittedNetwork {
  readonly steps: number;
  readonly scaling: readonly Scaling[];
  /** Spread of the change per step and channel (steps x channels): the unit of the outputs. */
  readonly changes: Float64Array;
  readonly spec: NetworkSpec;
  readonly theta: Float32Array;
}

const plain = z.object({ scaling: scalingSchema, spec: networkSchema });

const MOST_ROWS = 20_000;
const FORECAST_ROWS = 512;
/** Inputs are held within so many spreads, and scaled targets too: an outlier teaches its direction, not its size. */
const LIMIT = 6;

/**
 * A neural network that predicts, from the last values of all channels and the calendar, the change from the last value for
 * every step and channel at once. A fifth of the rows, the latest, decide when to stop.
 */
export class NetworkForecaster implements StorableForecaster {
  readonly name: string;
  readonly #algorithm: NetworkAlgorithm;
  readonly #options: Required<NetworkOptions>;
  #fitted: FittedNetwork | undefined;

  constructor(algorithm: NetworkAlgorithm, options: NetworkOptions = {}) {
    this.name = algorithm;
    this.#algorithm = algorithm;
    this.#options = { window: 36, epochs: 12, batchSize: 128, learningRate: 0.002, here: false, ...options };
  }

  get history(): number {
    return this.#fitted?.spec.input.steps ?? this.#options.window;
  }

  async fit(frame: SeriesFrame, { steps, seed, progress, signal, checkpoints }: FitOptions): Promise<void> {
    const { window, epochs, batchSize, learningRate, here } = this.#options;
    this.#fitted = undefined;
    const scaling = fitScaling(frame);
    const z = scaled(frame, scaling);
    const channels = z.length;
    const first = Math.max(window - 1, frame.rows - steps - MOST_ROWS);
    const origins = Int32Array.from({ length: Math.max(0, frame.rows - steps - first) }, (_, i) => first + i);
    const changes = changeSpread(z, origins, steps);
    const spec = networkOf(this.#algorithm, { window, columns: channels + CALENDAR_COLUMNS, steps, channels });
    const targets = new Float32Array(origins.length * steps * channels);
    for (let i = 0; i < targets.length; i++) {
      const k = i % (steps * channels);
      const column = z[k % channels] as Float64Array;
      const origin = origins[Math.floor(i / (steps * channels))] as number;
      const change = (column[origin + Math.floor(k / channels) + 1] as number) - (column[origin] as number);
      targets[i] = clip(change / (changes[k] as number));
    }
    const data = { rows: origins.length, inputs: this.#inputs(z, frame, origins), targets };
    const validationRows = origins.length >= 500 ? Math.floor(origins.length / 5) : 0;
    const options = { epochs, batchSize, learningRate, seed, clipNorm: 1, validationRows, ...(validationRows > 0 ? { patience: 3 } : {}) };
    const onProgress = (at: { step: number; steps: number; loss: number }) => progress?.(at.step / at.steps, at.loss);
    const kept = checkpoints && new TrainingCheckpoints(checkpoints, this.name, keyOf(spec, options, data));
    const checkpoint = await kept?.read();
    const hooks = { onProgress, ...(kept === undefined ? {} : { onCheckpoint: (at: TrainingCheckpoint) => kept.write(at) }) };
    const resumed = checkpoint === undefined ? options : { ...options, checkpoint };
    const result = here
      ? await trainHere(spec, data, resumed, { ...hooks, shouldStop: () => signal?.aborted === true })
      : await trainModel(spec, data, { ...resumed, ...hooks, ...(signal === undefined ? {} : { signal }) });
    await kept?.finish();
    signal?.throwIfAborted();
    this.#fitted = { steps, scaling, changes, spec, theta: result.theta };
  }

  async forecast(frame: SeriesFrame, origins: Int32Array): Promise<Float64Array> {
    const { steps, scaling, changes, spec, theta } = fittedPart(this.#fitted);
    const z = scaled(frame, scaling);
    const channels = z.length;
    const targets = steps * channels;
    const out = new Float64Array(origins.length * targets);
    const model = await DirectInference.open(inferenceModel(spec, theta, origins.length > 64 ? 'unrolled' : 'fused'));
    try {
      for (let from = 0; from < origins.length; from += FORECAST_ROWS) {
        const part = origins.subarray(from, from + FORECAST_ROWS);
        const shape = [part.length, this.history, channels + CALENDAR_COLUMNS];
        const result = await model.run({ x: { data: this.#inputs(z, frame, part), shape } });
        const predicted = result.prediction?.data as Float32Array;
        for (let i = 0; i < predicted.length; i++) {
          const k = i % targets;
          const last = (z[k % channels] as Float64Array)[part[Math.floor(i / targets)] as number] as number;
          const value = last + (predicted[i] as number) * (changes[k] as number);
          out[from * targets + i] = unscale(scaling[k % channels] as Scaling, value);
        }
      }
    } finally {
      await model.close();
    }
    return out;
  }

  save(): SavedForecaster {
    const { scaling, changes, spec, theta } = fittedPart(this.#fitted);
    return { plain: { scaling, spec }, arrays: { theta, changes } };
  }

  load(steps: number, saved: unknown, arrays: ForecasterArrays): void {
    const { scaling, spec } = plain.parse(saved);
    this.#fitted = { steps, scaling, changes: arrays.float64('changes'), spec, theta: arrays.float32('theta') };
  }

  /** (origins, window, channels + calendar): values less the last one, the last step instead holding the last value itself. */
  #inputs(z: readonly Float64Array[], frame: SeriesFrame, origins: Int32Array): Float32Array {
    const window = this.history;
    const width = z.length + CALENDAR_COLUMNS;
    const out = new Float32Array(origins.length * window * width);
    let at = 0;
    for (const origin of origins) {
      for (let row = origin - window + 1; row <= origin; row++) {
        for (const column of z) {
          const last = column[origin] as number;
          out[at++] = row === origin ? clip(last) : clip((column[row] as number) - last);
        }
        calendarAt(frame.times[row] as number, out, at);
        at += CALENDAR_COLUMNS;
      }
    }
    return out;
  }
}

/** Tells one training from another: its network, options and data. */
function keyOf(spec: NetworkSpec, options: object, { inputs, targets }: { inputs: Float32Array; targets: Float32Array }): string {
  const bytes = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return sha256Hex(`${canonicalJson({ spec, options })} ${sha256Hex(bytes(inputs))} ${sha256Hex(bytes(targets))}`);
}

function clip(value: number): number {
  return Math.min(LIMIT, Math.max(-LIMIT, value));
}

/** Root mean square of the change per step and channel, winsorised. */
function changeSpread(z: readonly Float64Array[], origins: Int32Array, steps: number): Float64Array {
  const out = new Float64Array(steps * z.length).fill(1);
  const stride = Math.max(1, Math.floor(origins.length / 4_000));
  for (let step = 1; step <= steps; step++) {
    for (const [c, column] of z.entries()) {
      const sizes: number[] = [];
      for (let i = 0; i < origins.length; i += stride) {
        const origin = origins[i] as number;
        sizes.push(Math.abs((column[origin + step] as number) - (column[origin] as number)));
      }
      sizes.sort((a, b) => a - b);
      const limit = sizes[Math.floor(sizes.length * 0.98)] ?? 0;
      const square = sizes.reduce((sum, size) => sum + Math.min(size, limit) ** 2, 0) / Math.max(1, sizes.length);
      if (square > 1e-12) out[(step - 1) * z.length + c] = Math.sqrt(square);
    }
  }
  return out;
}
