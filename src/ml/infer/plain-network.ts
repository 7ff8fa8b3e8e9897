import { VedetteError } from '../../core/index.ts';
import { innerLayers, planNetwork } from '../network/network.ts';
import type { Activation, NetworkSpec } from '../network/spec.ts';

/** A signal of one row: `steps` times `columns` numbers. */
interface Plain {
  readonly data: Float32Array;
  readonly steps: number;
  readonly columns: number;
}

type Apply = (input: Plain) => Plain;
type Weights = (name: string) => Float32Array;

/**
 * A trained network in plain arithmetic, one row at a time in the calling thread: where a row costs less than handing it to the
 * inference engine would. Flatten, last, dense, GRU, LSTM and causal convolutions of unpadded values.
 */
export class PlainNetwork {
  readonly #spec: NetworkSpec;
  readonly #layers: readonly Apply[];

  constructor(spec: NetworkSpec, theta: Float32Array) {
    if (spec.input.kind !== 'values' || spec.input.padded) throw unsupported(`an input of ${spec.input.kind}`);
    const { layout } = planNetwork(spec);
    const slots = new Map(layout.map(({ name, offset, size }) => [name, theta.subarray(offset, offset + size)]));
    this.#spec = spec;
    this.#layers = innerLayers(spec).map(({ layer, name }) => {
      const weights: Weights = (part) => slots.get(`${name}.${part}`) as Float32Array;
      switch (layer.kind) {
        case 'flatten':
          return ({ data, steps, columns }) => ({ data, steps: 1, columns: steps * columns });
        case 'last':
          return ({ data, steps, columns }) => ({ data: data.subarray((steps - 1) * columns), steps: 1, columns });
        case 'dense':
          return denseLayer(weights('weight'), weights('bias'), layer.activation);
        case 'gru':
          return gruLayer(weights, layer.units);
        case 'lstm':
          return lstmLayer(weights, layer.units);
        case 'causal-conv1d':
          return causalLayer(denseLayer(weights('weight'), weights('bias'), layer.activation), layer);
        default:
          throw unsupported(`a layer ${layer.kind}`);
      }
    });
  }

  /** (steps x columns) -> outputs of the last layer. */
  run(inputs: Float32Array): Float32Array {
    const { input } = this.#spec;
    let signal: Plain = { data: inputs, steps: input.steps, columns: input.kind === 'values' ? input.columns : 1 };
    for (const layer of this.#layers) signal = layer(signal);
    return signal.data;
  }
}

function denseLayer(weights: Float32Array, bias: Float32Array, activation: Activation): Apply {
  const units = bias.length;
  const weight = transposed(weights, units);
  return ({ data, steps, columns }) => {
    const out = new Float32Array(steps * units);
    for (let step = 0; step < steps; step++) product(data, step * columns, columns, weight, bias, out, step * units);
    if (activation !== 'linear') for (let i = 0; i < out.length; i++) out[i] = activate(out[i] as number, activation);
    return { data: out, steps, columns: units };
  };
}

/** The equations of `layers/recurrent.ts`. */
function gruLayer(weights: Weights, units: number): Apply {
  const gate = gates(weights, units);
  const [reset, update] = [gate('reset'), gate('update')];
  const [fromInputs, bias] = [transposed(weights('candidate.weight'), units), weights('candidate.bias')];
  const [fromState, recurrentBias] = [transposed(weights('candidate.recurrent'), units), weights('candidate.recurrent_bias')];
  return ({ data, steps, columns }) => {
    const out = new Float32Array(steps * units);
    const state = new Float32Array(units);
    const [r, z, fromInput, remembered] = [0, 1, 2, 3].map(() => new Float32Array(units)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    for (let step = 0; step < steps; step++) {
      reset(data, step * columns, columns, state, r);
      update(data, step * columns, columns, state, z);
      product(data, step * columns, columns, fromInputs, bias, fromInput, 0);
      product(state, 0, units, fromState, recurrentBias, remembered, 0);
      for (let u = 0; u < units; u++) {
        const candidate = Math.tanh((fromInput[u] as number) + sigmoid(r[u] as number) * (remembered[u] as number));
        state[u] = candidate + sigmoid(z[u] as number) * ((state[u] as number) - candidate);
      }
      out.set(state, step * units);
    }
    return { data: out, steps, columns: units };
  };
}

function lstmLayer(weights: Weights, units: number): Apply {
  const gate = gates(weights, units);
  const [input, forget, cell, output] = [gate('input'), gate('forget'), gate('cell'), gate('output')];
  return ({ data, steps, columns }) => {
    const out = new Float32Array(steps * units);
    const [state, memory] = [new Float32Array(units), new Float32Array(units)];
    const [i, f, c, o] = [0, 1, 2, 3].map(() => new Float32Array(units)) as [Float32Array, Float32Array, Float32Array, Float32Array];
    for (let step = 0; step < steps; step++) {
      const at = step * columns;
      input(data, at, columns, state, i);
      forget(data, at, columns, state, f);
      cell(data, at, columns, state, c);
      output(data, at, columns, state, o);
      for (let u = 0; u < units; u++) {
        memory[u] = sigmoid(f[u] as number) * (memory[u] as number) + sigmoid(i[u] as number) * Math.tanh(c[u] as number);
        state[u] = sigmoid(o[u] as number) * Math.tanh(memory[u] as number);
      }
      out.set(state, step * units);
    }
    return { data: out, steps, columns: units };
  };
}

/** What a gate is before its sigmoid. */
function gates(weights: Weights, units: number) {
  const none = new Float32Array(units);
  return (name: string) => {
    const [weight, recurrent] = ['weight', 'recurrent'].map((part) => transposed(weights(`${name}.${part}`), units)) as [
      Float32Array,
      Float32Array,
    ];
    const bias = weights(`${name}.bias`);
    const fromState = new Float32Array(units);
    return (data: Float32Array, at: number, columns: number, state: Float32Array, out: Float32Array) => {
      product(data, at, columns, weight, bias, out, 0);
      product(state, 0, units, recurrent, none, fromState, 0);
      for (let u = 0; u < units; u++) out[u] = (out[u] as number) + (fromState[u] as number);
    };
  };
}

function causalLayer(dense: Apply, { width, dilation, residual }: { width: number; dilation: number; residual: boolean }): Apply {
  return ({ data, steps, columns }) => {
    const windows = new Float32Array(steps * width * columns);
    for (let step = 0; step < steps; step++) {
      for (let k = 0; k < width; k++) {
        const from = step - (width - 1 - k) * dilation;
        if (from >= 0) windows.set(data.subarray(from * columns, (from + 1) * columns), (step * width + k) * columns);
      }
    }
    const out = dense({ data: windows, steps, columns: width * columns });
    if (residual) for (let i = 0; i < out.data.length; i++) out.data[i] = (out.data[i] as number) + (data[i] as number);
    return out;
  };
}

/** (inputs, units) -> (units, inputs): what one unit weighs lies side by side. */
function transposed(weight: Float32Array, units: number): Float32Array {
  const inputs = weight.length / units;
  const out = new Float32Array(weight.length);
  for (let i = 0; i < inputs; i++) for (let u = 0; u < units; u++) out[u * inputs + i] = weight[i * units + u] as number;
  return out;
}

/** bias + W x for one row x = data[at..at + columns]; W (units, columns). Four units at a time share each x and wait for nothing. */
function product(
  data: Float32Array,
  at: number,
  columns: number,
  weight: Float32Array,
  bias: Float32Array,
  out: Float32Array,
  to: number,
): void {
  const units = bias.length;
  const fours = units - (units % 4);
  for (let u = 0; u < fours; u += 4) {
    const [first, second, third, fourth] = [u * columns, (u + 1) * columns, (u + 2) * columns, (u + 3) * columns];
    let [a, b, c, d] = [bias[u] as number, bias[u + 1] as number, bias[u + 2] as number, bias[u + 3] as number];
    for (let i = 0; i < columns; i++) {
      const x = data[at + i] as number;
      a += x * (weight[first + i] as number);
      b += x * (weight[second + i] as number);
      c += x * (weight[third + i] as number);
      d += x * (weight[fourth + i] as number);
    }
    out[to + u] = a;
    out[to + u + 1] = b;
    out[to + u + 2] = c;
    out[to + u + 3] = d;
  }
  for (let u = fours; u < units; u++) {
    let sum = bias[u] as number;
    for (let i = 0; i < columns; i++) sum += (data[at + i] as number) * (weight[u * columns + i] as number);
    out[to + u] = sum;
  }
}

function activate(x: number, activation: Activation): number {
  if (activation === 'relu') return Math.max(0, x);
  return activation === 'tanh' ? Math.tanh(x) : activation === 'sigmoid' ? sigmoid(x) : x;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function unsupported(what: string): VedetteError {
  return new VedetteError('CONFIG_INVALID', `${what} cannot be computed outside the inference engine`);
}
