import { VedetteError } from '../../core/index.ts';
import type { Parameter, Parameters } from '../network/parameters.ts';
import type { Activation, LayerSpec } from '../network/spec.ts';
import { DYNAMIC, lengthOf, type Tensor } from '../onnx/tensor.ts';
import { add, concat, gemm, multiply, relu, reshape, sigmoid, tanh } from '../ops/index.ts';
import { attention, attentionParameters } from './attention.ts';
import { gru, gruParameters, lstm, lstmParameters } from './recurrent.ts';
import { rowsSignal, type Signal, stepsSignal } from './signal.ts';

/** Shape of a signal without its tensors: columns, and the number of steps (undefined for rows). */
export interface SignalShape {
  readonly columns: number;
  readonly steps: number | undefined;
}

/** Layers that follow the input layer. */
export type InnerLayer = Exclude<LayerSpec, { kind: 'embedding' | 'one-hot' }>;

/** Parameters of a layer behind a signal of the given shape, and the shape it makes. */
export function declareLayer(
  layer: InnerLayer,
  name: string,
  shape: SignalShape,
): { parameters: readonly Parameter[]; shape: SignalShape } {
  const { columns, steps } = shape;
  switch (layer.kind) {
    case 'gru':
      return { parameters: gruParameters(name, columns, layer.units), shape: { columns: layer.units, steps: stepsOf(name, shape) } };
    case 'lstm':
      return { parameters: lstmParameters(name, columns, layer.units), shape: { columns: layer.units, steps: stepsOf(name, shape) } };
    case 'last':
      stepsOf(name, shape);
      return { parameters: [], shape: { columns, steps: undefined } };
    case 'flatten':
      return { parameters: [], shape: { columns: columns * stepsOf(name, shape), steps: undefined } };
    case 'dense':
      return { parameters: denseParameters(name, columns, layer.units), shape: { columns: layer.units, steps } };
    case 'conv1d': {
      const remaining = stepsOf(name, shape) - layer.width + 1;
      if (remaining < 1) throw misfit(name, `slides ${layer.width} steps over ${steps}`);
      return { parameters: denseParameters(name, columns * layer.width, layer.units), shape: { columns: layer.units, steps: remaining } };
    }
    case 'bidirectional': {
      const cell = layer.cell === 'gru' ? gruParameters : lstmParameters;
      const parameters = ['forward', 'backward'].flatMap((direction) => cell(`${name}.${direction}`, columns, layer.units));
      return { parameters, shape: { columns: 2 * layer.units, steps: stepsOf(name, shape) } };
    }
    case 'attention':
      stepsOf(name, shape);
      return { parameters: attentionParameters(name, columns, layer.units), shape: { columns, steps: undefined } };
    case 'repeat':
      if (steps !== undefined) throw misfit(name, 'repeats one row, but comes after steps');
      return { parameters: [], shape: { columns, steps: layer.steps } };
    case 'causal-conv1d':
      if (layer.residual && columns !== layer.units) throw misfit(name, `cannot add ${columns} columns to ${layer.units}`);
      return {
        parameters: denseParameters(name, columns * layer.width, layer.units),
        shape: { columns: layer.units, steps: stepsOf(name, shape) },
      };
  }
}

/** Emits a layer. Padding masks pass through all but `conv1d`, whose windows span several steps. */
export function applyLayer(layer: InnerLayer, name: string, parameters: Parameters, signal: Signal): Signal {
  if (signal.kind === 'rows') {
    if (layer.kind === 'repeat') return stepsSignal(Array<Tensor>(layer.steps).fill(signal.rows), undefined);
    if (layer.kind !== 'dense') throw misfit(name, `needs steps, but comes after ${signal.columns} plain columns`);
    return rowsSignal(dense(parameters, name, signal.rows, layer.activation));
  }
  const { steps, mask } = signal;
  switch (layer.kind) {
    case 'gru':
      return stepsSignal(gru(parameters, name, steps, mask), mask);
    case 'lstm':
      return stepsSignal(lstm(parameters, name, steps, mask), mask);
    case 'last':
      return rowsSignal(steps.at(-1) as Tensor);
    case 'flatten':
      return rowsSignal(concat(steps, 1));
    case 'dense':
      return stepsSignal(
        steps.map((step) => dense(parameters, name, step, layer.activation)),
        mask,
      );
    case 'conv1d': {
      const windows = steps.slice(layer.width - 1).map((_, first) => steps.slice(first, first + layer.width));
      return stepsSignal(
        windows.map((window) => dense(parameters, name, concat(window, 1), layer.activation)),
        undefined,
      );
    }
    case 'bidirectional': {
      const cell = layer.cell === 'gru' ? gru : lstm;
      const forward = cell(parameters, `${name}.forward`, steps, mask);
      const turned = mask && { real: mask.real.toReversed(), padding: mask.padding.toReversed() };
      const backward = cell(parameters, `${name}.backward`, steps.toReversed(), turned).toReversed();
      return stepsSignal(
        forward.map((state, step) => concat([state, backward[step] as Tensor], 1)),
        mask,
      );
    }
    case 'attention':
      return rowsSignal(attention(parameters, name, steps, mask));
    case 'repeat':
      throw misfit(name, 'repeats one row, but comes after steps');
    case 'causal-conv1d': {
      const zero = multiply(steps[0] as Tensor, (steps[0] as Tensor).graph.scalar(0));
      const before = (step: number) => steps[step] ?? zero;
      const convolved = steps.map((step, i) => {
        const window = Array.from({ length: layer.width }, (_, k) => before(i - (layer.width - 1 - k) * layer.dilation));
        const output = dense(parameters, name, concat(window, 1), layer.activation);
        return layer.residual ? add(output, step) : output;
      });
      return stepsSignal(convolved, mask);
    }
  }
}

function denseParameters(name: string, columns: number, units: number): readonly Parameter[] {
  const range = 1 / Math.sqrt(columns);
  return [
    { name: `${name}.weight`, shape: [columns, units], range },
    { name: `${name}.bias`, shape: [units], range },
  ];
}

function dense(parameters: Parameters, name: string, x: Tensor, activation: Activation): Tensor {
  const weight = parameters.get(`${name}.weight`) as Tensor;
  const bias = parameters.get(`${name}.bias`) as Tensor;
  const flat = x.shape.length === 2 ? x : reshape(x, [DYNAMIC, lengthOf(x.shape, -1)]);
  return activate(gemm(flat, weight, { bias }), activation);
}

export function activate(x: Tensor, activation: Activation): Tensor {
  if (activation === 'relu') return relu(x);
  if (activation === 'tanh') return tanh(x);
  return activation === 'sigmoid' ? sigmoid(x) : x;
}

function stepsOf(name: string, shape: SignalShape): number {
  if (shape.steps === undefined) throw misfit(name, `needs steps, but comes after ${shape.columns} plain columns`);
  return shape.steps;
}

function misfit(name: string, problem: string): VedetteError {
  return new VedetteError('CONFIG_INVALID', `layer ${name} ${problem}`, {
    hint: 'reorder the layers: recurrent and conv1d layers before last or flatten',
  });
}
