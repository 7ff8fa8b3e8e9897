import type { Parameter, Parameters } from '../network/parameters.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { add, gemm, multiply, sigmoid, subtract, tanh } from '../ops/index.ts';
import type { StepMask } from './signal.ts';

/*
 * Recurrent layers, unrolled over steps, from a zero state. One Gemm per gate is faster on the CPU than one fused Gemm that
 * must be split again. Equations and initial range as in PyTorch's GRU and LSTM; of the two bias vectors that PyTorch adds
 * up, only those that differ in effect are kept.
 */

const GRU_GATES = ['reset', 'update', 'candidate'] as const;
const LSTM_GATES = ['input', 'forget', 'cell', 'output'] as const;
type Gate = (typeof GRU_GATES)[number] | (typeof LSTM_GATES)[number];

export function gruParameters(prefix: string, columns: number, units: number): readonly Parameter[] {
  const range = 1 / Math.sqrt(units);
  return [...gateParameters(prefix, GRU_GATES, columns, units), { name: `${prefix}.candidate.recurrent_bias`, shape: [units], range }];
}

export function lstmParameters(prefix: string, columns: number, units: number): readonly Parameter[] {
  return gateParameters(prefix, LSTM_GATES, columns, units);
}

function gateParameters(prefix: string, gates: readonly Gate[], columns: number, units: number): readonly Parameter[] {
  const range = 1 / Math.sqrt(units);
  return gates.flatMap((gate) => [
    { name: `${prefix}.${gate}.weight`, shape: [columns, units], range },
    { name: `${prefix}.${gate}.recurrent`, shape: [units, units], range },
    { name: `${prefix}.${gate}.bias`, shape: [units], range },
  ]);
}

/** States (rows, units) after each step. Cho et al. 2014, in the variant with the reset gate after the product. */
export function gru(parameters: Parameters, prefix: string, steps: readonly Tensor[], mask?: StepMask): readonly Tensor[] {
  const part = (name: string) => named(parameters, `${prefix}.${name}`);
  const recurrentBias = part('candidate.recurrent_bias');
  let state: Tensor | undefined;
  return steps.map((x, step) => {
    const before = state;
    const gate = (name: Gate) => {
      const fromInput = gemm(x, part(`${name}.weight`), { bias: part(`${name}.bias`) });
      return sigmoid(before === undefined ? fromInput : add(fromInput, gemm(before, part(`${name}.recurrent`))));
    };
    const reset = gate('reset');
    const update = gate('update');
    const remembered = before === undefined ? recurrentBias : gemm(before, part('candidate.recurrent'), { bias: recurrentBias });
    const fromInput = gemm(x, part('candidate.weight'), { bias: part('candidate.bias') });
    const candidate = tanh(add(fromInput, multiply(reset, remembered)));
    const after =
      before === undefined
        ? subtract(candidate, multiply(update, candidate))
        : add(candidate, multiply(update, subtract(before, candidate)));
    state = keepWherePadded(after, before, mask, step);
    return state;
  });
}

/** Hidden states (rows, units) after each step. Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000. */
export function lstm(parameters: Parameters, prefix: string, steps: readonly Tensor[], mask?: StepMask): readonly Tensor[] {
  const part = (name: string) => named(parameters, `${prefix}.${name}`);
  let state: Tensor | undefined;
  let cell: Tensor | undefined;
  return steps.map((x, step) => {
    const before = state;
    const cellBefore = cell;
    const gate = (name: Gate) => {
      const fromInput = gemm(x, part(`${name}.weight`), { bias: part(`${name}.bias`) });
      return before === undefined ? fromInput : add(fromInput, gemm(before, part(`${name}.recurrent`)));
    };
    const written = multiply(sigmoid(gate('input')), tanh(gate('cell')));
    const cellAfter = cellBefore === undefined ? written : add(multiply(sigmoid(gate('forget')), cellBefore), written);
    const after = multiply(sigmoid(gate('output')), tanh(cellAfter));
    cell = keepWherePadded(cellAfter, cellBefore, mask, step);
    state = keepWherePadded(after, before, mask, step);
    return state;
  });
}

/** The new state where the step is real, the old one (zero at first) where it is padding; exact, as the mask is 0 or 1. */
function keepWherePadded(after: Tensor, before: Tensor | undefined, mask: StepMask | undefined, step: number): Tensor {
  if (mask === undefined) return after;
  const kept = multiply(after, mask.real[step] as Tensor);
  return before === undefined ? kept : add(kept, multiply(before, mask.padding[step] as Tensor));
}

function named(parameters: Parameters, name: string): Tensor {
  const parameter = parameters.get(name);
  if (parameter === undefined) throw new RangeError(`no parameter ${name}`);
  return parameter;
}
