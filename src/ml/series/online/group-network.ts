import { type NetworkSpec, network } from '../../network/spec.ts';

/** Values that a forecast rests on. */
export const SMALL_WINDOW = 24;
/** Changes from the value before the last, what level and hour expect, and the last value itself. */
const INPUTS = SMALL_WINDOW + 1;
const HIDDEN = 16;
/** Inputs and outputs are held within so many spreads. */
const LIMIT = 6;

/** Units of inputs and outputs. */
export interface SmallScale {
  /** Spread of the change from one value to the next. */
  readonly change: number;
  readonly mean: number;
  readonly spread: number;
}

/** One hidden layer, the change to the next value as output. */
export function smallNetworkSpec(): NetworkSpec {
  return network({
    input: { kind: 'values', steps: 1, columns: INPUTS },
    layers: [{ kind: 'flatten' }, { kind: 'dense', units: HIDDEN, activation: 'relu' }, { kind: 'dense', units: 1 }],
    loss: 'huber',
  });
}

/** Weights of `smallNetworkSpec` and their arithmetic in the calling thread: a forecast costs about a microsecond. */
export class SmallNetwork {
  readonly theta: Float32Array;
  readonly scale: SmallScale;
  readonly #inputs = new Float32Array(INPUTS);

  constructor(theta: Float32Array, scale: SmallScale) {
    this.theta = theta;
    this.scale = scale;
  }

  /** The value after `window` (SMALL_WINDOW values, the last one newest), for which level and hour expect `usual`. */
  predict(window: Float64Array, usual: number): number {
    const { theta, scale } = this;
    const inputs = this.#inputs;
    smallInputs(window, usual, scale, inputs, 0);
    const bias = INPUTS * HIDDEN;
    const output = bias + HIDDEN;
    let change = theta[output + HIDDEN] as number;
    for (let unit = 0; unit < HIDDEN; unit++) {
      let sum = theta[bias + unit] as number;
      for (let i = 0; i < INPUTS; i++) sum += (inputs[i] as number) * (theta[i * HIDDEN + unit] as number);
      if (sum > 0) change += sum * (theta[output + unit] as number);
    }
    return (window[SMALL_WINDOW - 1] as number) + held(change) * scale.change;
  }
}

/** INPUTS numbers, written to out[at..]. */
export function smallInputs(window: Float64Array, usual: number, scale: SmallScale, out: Float32Array, at: number): void {
  const last = window[SMALL_WINDOW - 1] as number;
  for (let i = 0; i < SMALL_WINDOW - 1; i++) out[at + i] = held(((window[i] as number) - last) / scale.change);
  out[at + SMALL_WINDOW - 1] = held((usual - last) / scale.change);
  out[at + SMALL_WINDOW] = held((last - scale.mean) / scale.spread);
}

/** The change to `next` in the network's unit. */
export function smallTarget(last: number, next: number, scale: SmallScale): number {
  return held((next - last) / scale.change);
}

export const SMALL_INPUTS = INPUTS;

function held(value: number): number {
  return Math.min(LIMIT, Math.max(-LIMIT, value));
}
