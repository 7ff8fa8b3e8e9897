import { VedetteError } from '../../core/index.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { targetShape } from '../network/training-step.ts';
import { sizeOf } from '../onnx/tensor.ts';

/** What to learn from; shapes by the specification, row-major. */
export interface TrainingData {
  readonly rows: number;
  /** Int32Array codes (rows, steps), or Float32Array values (rows, steps, columns). */
  readonly inputs: Int32Array | Float32Array;
  /** Int32Array classes, or Float32Array wanted outputs. */
  readonly targets: Int32Array | Float32Array;
  /** (rows) how much each row counts, >= 0; absent: 1 each. */
  readonly weights?: Float32Array;
  /** (rows) real steps of each row, for padded values. */
  readonly lengths?: Int32Array;
}

/** Throws VedetteError MODEL_MISMATCH for arrays that do not fit the specification, DATA_INSUFFICIENT for none. */
export function checkTrainingData(spec: NetworkSpec, data: TrainingData): void {
  const { input } = spec;
  if (!(data.rows >= 1)) throw new VedetteError('DATA_INSUFFICIENT', `nothing to train on: ${data.rows} rows`);
  const classes = spec.loss === 'softmax-cross-entropy';
  const kinds = { inputs: input.kind === 'codes', targets: classes };
  for (const [name, whole] of Object.entries(kinds)) {
    const array = data[name as 'inputs' | 'targets'];
    if (array instanceof Int32Array !== whole) throw misfit(`${name} must be ${whole ? 'Int32Array' : 'Float32Array'}`);
  }
  const perRow = input.steps * (input.kind === 'codes' ? 1 : input.columns);
  expectLength('inputs', data.inputs, data.rows * perRow);
  expectLength('targets', data.targets, data.rows * sizeOf(targetShape(spec, 1)));
  if (data.weights !== undefined) {
    expectLength('weights', data.weights, data.rows);
    const at = data.weights.findIndex((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
    if (at >= 0) throw misfit(`weight ${data.weights[at]} at ${at} is not a number of at least 0`);
  }
  if (input.kind === 'codes') expectRange('input code', data.inputs, input.padded ? -1 : 0, input.vocabulary);
  else if (input.padded) {
    if (data.lengths === undefined) throw misfit('padded values need lengths');
    expectLength('lengths', data.lengths, data.rows);
    expectRange('length', data.lengths, 0, input.steps + 1);
  }
  if (!(input.kind === 'values' && input.padded) && data.lengths !== undefined) throw misfit('lengths belong to padded values only');
}

/** Checks class targets against the number of classes. */
export function checkClasses(targets: Int32Array | Float32Array, classes: number): void {
  expectRange('target', targets, -1, classes);
}

function expectLength(name: string, array: { readonly length: number }, length: number): void {
  if (array.length !== length) throw misfit(`${name} has ${array.length} elements where the specification needs ${length}`);
}

function expectRange(name: string, array: Int32Array | Float32Array, least: number, limit: number): void {
  const at = array.findIndex((value: number) => value < least || value >= limit);
  if (at >= 0) throw misfit(`${name} ${array[at]} at ${at} lies outside ${least}..${limit - 1}`);
}

function misfit(problem: string): VedetteError {
  return new VedetteError('MODEL_MISMATCH', problem, { hint: 'compare the arrays with the network specification' });
}
