import { PlainNetwork } from '../../infer/plain-network.ts';
import { type NetworkSpec, network } from '../../network/spec.ts';

/** Networks that may forecast live series. */
export const GROUP_ALGORITHMS = ['mlp', 'gru', 'lstm', 'tcn'] as const;
export type GroupAlgorithm = (typeof GROUP_ALGORITHMS)[number];

/** Rows that a forecast rests on. */
export const GROUP_WINDOW = 24;
/** The rows, and what is expected of the next one without the network. */
const STEPS = GROUP_WINDOW + 1;
/** Inputs and outputs are held within so many spreads. */
const LIMIT = 6;

/** Units of inputs and outputs, per channel. */
export interface GroupScale {
  /** Spread of the change from one value to the next. */
  readonly change: readonly number[];
  /** Spread of the error of what is expected without the network. */
  readonly error: readonly number[];
  readonly mean: readonly number[];
  readonly spread: readonly number[];
}

/** Small: its training takes seconds, a forecast some microseconds. */
export function groupNetworkSpec(algorithm: GroupAlgorithm, channels: number): NetworkSpec {
  const input = { kind: 'values', steps: STEPS, columns: channels } as const;
  const output = { kind: 'dense', units: channels } as const;
  const units = channels === 1 ? 16 : 24;
  switch (algorithm) {
    case 'mlp':
      return network({ input, layers: [{ kind: 'flatten' }, { kind: 'dense', units, activation: 'relu' }, output], loss: 'huber' });
    case 'gru':
    case 'lstm':
      return network({ input, layers: [{ kind: algorithm, units }, { kind: 'last' }, output], loss: 'huber' });
    case 'tcn': {
      const block = (dilation: number) => ({ kind: 'causal-conv1d', units, width: 2, dilation, residual: true }) as const;
      const layers = [{ kind: 'causal-conv1d', units, width: 2 }, ...[2, 4, 8].map(block), { kind: 'last' }, output] as const;
      return network({ input, layers: [...layers], loss: 'huber' });
    }
  }
}

/** What a trained network of a group is made of. */
export interface GroupWeights {
  readonly algorithm: GroupAlgorithm;
  readonly theta: Float32Array;
  readonly scale: GroupScale;
}

/** Forecasts the next row of all channels of a group as a correction of what is expected of it anyway. */
export class GroupNetwork {
  readonly weights: GroupWeights;
  readonly #network: PlainNetwork;
  readonly #inputs: Float32Array;

  constructor(weights: GroupWeights) {
    const channels = weights.scale.mean.length;
    this.weights = weights;
    this.#network = new PlainNetwork(groupNetworkSpec(weights.algorithm, channels), weights.theta);
    this.#inputs = new Float32Array(STEPS * channels);
  }

  /** `window`: GROUP_WINDOW rows, the newest last; `base` (channels): what is expected of the next without the network. */
  predict(window: Float64Array, base: Float64Array): Float64Array {
    const { scale } = this.weights;
    groupInputs(window, base, scale, this.#inputs, 0);
    const corrections = this.#network.run(this.#inputs);
    return base.map((expected, c) => expected + held(corrections[c] as number) * (scale.error[c] as number));
  }
}

/** (STEPS, channels) numbers, written to out[at..]: rows less the newest one, its level, and what is expected of the next. */
export function groupInputs(window: Float64Array, base: Float64Array, scale: GroupScale, out: Float32Array, at: number): void {
  const channels = base.length;
  const newest = (GROUP_WINDOW - 1) * channels;
  for (let i = 0; i < newest; i++) {
    const c = i % channels;
    out[at + i] = held(((window[i] as number) - (window[newest + c] as number)) / (scale.change[c] as number));
  }
  for (let c = 0; c < channels; c++) {
    const last = window[newest + c] as number;
    out[at + newest + c] = held((last - (scale.mean[c] as number)) / (scale.spread[c] as number));
    out[at + newest + channels + c] = held(((base[c] as number) - last) / (scale.change[c] as number));
  }
}

/** What the network is to say of a channel. */
export function groupTarget(value: number, base: number, c: number, scale: GroupScale): number {
  return held((value - base) / (scale.error[c] as number));
}

function held(value: number): number {
  return Math.min(LIMIT, Math.max(-LIMIT, value));
}
