import { describe, expect, it } from 'vitest';
import type { Random } from '../../core/index.ts';
import type { Graph } from '../onnx/graph.ts';
import type { Shape, Tensor } from '../onnx/tensor.ts';
import { checkGradients, type GradientCheck } from '../testing/gradient-check.ts';
import {
  add,
  concat,
  divide,
  exp,
  gather,
  gemm,
  huber,
  log,
  mean,
  meanSquaredError,
  multiply,
  negate,
  relu,
  reshape,
  sigmoid,
  slice,
  softmaxCrossEntropy,
  split,
  sqrt,
  subtract,
  sum,
  tanh,
  transpose,
} from './index.ts';

const positive = (random: Random) => 0.5 + random();
/** Away from the kink of relu at 0. */
const awayFromZero = (random: Random) => (random() < 0.5 ? -1 : 1) * (0.1 + random());

type Build = (a: Tensor, b: Tensor, c: Tensor) => Tensor;

function check(shapes: readonly Shape[], build: Build, value?: (random: Random) => number): GradientCheck {
  const onInputs = (_: Graph, inputs: readonly Tensor[]) => build(...(inputs as unknown as Parameters<Build>));
  return value === undefined ? { shapes, build: onInputs } : { shapes, build: onInputs, value };
}

const labels = (a: Tensor) => a.graph.constant(Int32Array.of(2, 0, 4), [3]);
const weights = (a: Tensor) => a.graph.constant(Float32Array.of(1, 0, 2.5), [3]);
const indices = (a: Tensor) => a.graph.constant(Int32Array.of(2, 0, 2, 4, 1, 2), [2, 3]);

const CHECKS: Record<string, GradientCheck> = {
  'add with a broadcast row': check([[3, 4], [4]], (a, b) => add(a, b)),
  'add with a broadcast column': check(
    [
      [3, 4],
      [3, 1],
    ],
    (a, b) => add(a, b),
  ),
  'add of a tensor to itself': check([[3, 4]], (a) => add(a, a)),
  subtract: check(
    [
      [3, 4],
      [1, 4],
    ],
    (a, b) => subtract(a, b),
  ),
  multiply: check(
    [
      [3, 4],
      [3, 1],
    ],
    (a, b) => multiply(a, b),
  ),
  'multiply by a scalar': check([[3, 4], []], (a, b) => multiply(a, b)),
  divide: check([[3, 4], [4]], (a, b) => divide(a, b), positive),
  negate: check([[5]], (a) => negate(a)),
  sigmoid: check([[3, 4]], (a) => sigmoid(a)),
  tanh: check([[3, 4]], (a) => tanh(a)),
  relu: check([[3, 4]], (a) => relu(a), awayFromZero),
  exp: check([[3, 4]], (a) => exp(a)),
  log: check([[3, 4]], (a) => log(a), positive),
  sqrt: check([[3, 4]], (a) => sqrt(a), positive),
  gemm: check(
    [
      [3, 4],
      [4, 2],
    ],
    (a, b) => gemm(a, b),
  ),
  'gemm with a bias': check([[3, 4], [4, 2], [2]], (a, b, bias) => gemm(a, b, { bias })),
  "gemm a'": check(
    [
      [4, 3],
      [4, 2],
    ],
    (a, b) => gemm(a, b, { transposeA: true }),
  ),
  "gemm b'": check(
    [
      [3, 4],
      [2, 4],
    ],
    (a, b) => gemm(a, b, { transposeB: true }),
  ),
  "gemm a' b'": check(
    [
      [4, 3],
      [2, 4],
    ],
    (a, b) => gemm(a, b, { transposeA: true, transposeB: true }),
  ),
  reshape: check([[3, 4]], (a) => multiply(reshape(a, [2, 6]), reshape(a, [2, 6]))),
  transpose: check([[2, 3, 4]], (a) => exp(transpose(a, [2, 0, 1]))),
  'split and concat, parts in another order': check([[2, 6]], (a) => {
    const [x, y, z] = split(a, [1, 2, 3], 1) as [Tensor, Tensor, Tensor];
    return concat([z, exp(x), multiply(y, y)], 1);
  }),
  'split with an unused part': check([[2, 6]], (a) => exp(split(a, [2, 4], 1)[1] as Tensor)),
  slice: check([[3, 6]], (a) => exp(slice(a, 1, 2, 5))),
  'gather with repeated rows': check([[5, 3]], (a) => exp(gather(a, indices(a)))),
  sum: check([[2, 3, 4]], (a) => exp(sum(a, [1]))),
  'sum keeping axes': check([[2, 3, 4]], (a) => multiply(sum(a, [0, 2], true), a)),
  mean: check([[2, 3, 4]], (a) => exp(mean(a, [0, 2]))),
  'mean of all': check([[3, 4]], (a) => exp(mean(a))),
  'softmax cross-entropy with a weight of 0': check([[3, 5]], (a) => softmaxCrossEntropy(a, labels(a), weights(a))),
  'mean squared error with a weight of 0': check(
    [
      [3, 5],
      [3, 5],
    ],
    (a, b) => meanSquaredError(a, b, weights(a)),
  ),
  "Huber's loss on both sides of its corner": check(
    [
      [3, 5],
      [3, 5],
    ],
    (a, b) => huber(multiply(a, exp(a)), b, weights(a)),
  ),
};

describe('gradients against central differences', () => {
  it.each(Object.entries(CHECKS))('%s', async (_, one) => {
    const { worst, largest } = await checkGradients(one);
    expect(largest).toBeGreaterThan(0.01);
    expect(worst).toBeLessThan(1e-3);
  });
});
