import type { Parameter, Parameters } from '../network/parameters.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { add, concat, divide, exp, gemm, multiply, split, sum, tanh } from '../ops/index.ts';
import type { StepMask } from './signal.ts';

/*
 * Additive attention over steps with a learnt query (Bahdanau et al. 2015; Yang et al. 2016, 2.2). tanh bounds the scores, so
 * the softmax needs no shift.
 */

export function attentionParameters(prefix: string, columns: number, units: number): readonly Parameter[] {
  const range = 1 / Math.sqrt(columns);
  return [
    { name: `${prefix}.weight`, shape: [columns, units], range },
    { name: `${prefix}.bias`, shape: [units], range },
    { name: `${prefix}.query`, shape: [units, 1], range: 1 / Math.sqrt(units) },
  ];
}

/** The steps' weighted mean (rows, columns); padding has no weight. */
export function attention(parameters: Parameters, prefix: string, steps: readonly Tensor[], mask?: StepMask): Tensor {
  const part = (name: string) => parameters.get(`${prefix}.${name}`) as Tensor;
  const scores = steps.map((step, i) => {
    const score = exp(gemm(tanh(gemm(step, part('weight'), { bias: part('bias') })), part('query')));
    return mask === undefined ? score : multiply(score, mask.real[i] as Tensor);
  });
  const joined = concat(scores, 1);
  // A row that is all padding would divide 0 by 0.
  const total = add(sum(joined, [1], true), joined.graph.scalar(1e-12));
  const weights = split(divide(joined, total), Array<number>(steps.length).fill(1), 1);
  const parts = steps.map((step, i) => multiply(step, weights[i] as Tensor));
  return parts.reduce((mean, part) => add(mean, part));
}
