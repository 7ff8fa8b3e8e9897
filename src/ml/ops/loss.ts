import { lengthOf, type Tensor } from '../onnx/tensor.ts';
import { divide, multiply, subtract } from './elementwise.ts';
import { emit, emitBinary, emitOneHot, emitReshape, emitUnary } from './emit.ts';
import { mean, sum } from './reduce.ts';

/** Keeps an all-padding batch at loss 0 instead of 0/0. */
const LEAST_WEIGHT = 1e-12;

/**
 * Softmax cross-entropy in nats, averaged by weight: sum_r w_r (-log p_r[label_r]) / sum_r w_r. Rows of weight 0 (padding)
 * count for nothing. logits (rows, classes), labels int32 (rows) in [0, classes), weights (rows) >= 0.
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor, weights: Tensor): Tensor {
  const { graph } = logits;
  const rows = lengthOf(logits.shape, 0);
  const classes = lengthOf(logits.shape, 1);
  const oneHot = emitOneHot(labels, classes);
  const logProbabilities = emit('LogSoftmax', [logits], logits.shape, { axis: -1 });
  const share = emitBinary('Div', weights, totalWeight(weights));
  const picked = emit('ReduceSum', [emitBinary('Mul', logProbabilities, oneHot), graph.integers([1])], [rows], { keepdims: 0 });
  const loss = emitUnary('Neg', emit('ReduceSum', [emitBinary('Mul', picked, share), graph.integers([0])], [], { keepdims: 0 }));
  graph.record([loss], [logits], ([gradient]) => {
    const excess = emitBinary('Sub', emit('Softmax', [logits], logits.shape, { axis: -1 }), oneHot);
    return [emitBinary('Mul', excess, emitReshape(emitBinary('Mul', share, gradient as Tensor), [rows, 1]))];
  });
  return loss;
}

/**
 * Mean squared error averaged over columns, then over rows by weight. predicted and wanted (rows, columns), weights (rows).
 */
export function meanSquaredError(predicted: Tensor, wanted: Tensor, weights: Tensor): Tensor {
  const difference = subtract(predicted, wanted);
  const perRow = mean(multiply(difference, difference), [1]);
  return divide(sum(multiply(perRow, weights)), totalWeight(weights));
}

/** Huber's loss with its corner at 1, averaged as `meanSquaredError`. */
export function huber(predicted: Tensor, wanted: Tensor, weights: Tensor): Tensor {
  const perRow = mean(huberOf(subtract(predicted, wanted)), [1]);
  return divide(sum(multiply(perRow, weights)), totalWeight(weights));
}

/** Element by element: x^2 / 2 up to 1, |x| - 1/2 beyond. With c = x clipped to -1..1 that is c (x - c / 2), its derivative c. */
function huberOf(x: Tensor): Tensor {
  const { graph } = x;
  const clipped = emitBinary('Max', emitBinary('Min', x, graph.scalar(1)), graph.scalar(-1));
  const output = emitBinary('Mul', clipped, emitBinary('Sub', x, emitBinary('Mul', clipped, graph.scalar(0.5))));
  graph.record([output], [x], ([gradient]) => [emitBinary('Mul', gradient as Tensor, clipped)]);
  return output;
}

function totalWeight(weights: Tensor): Tensor {
  const total = emit('ReduceSum', [weights, weights.graph.integers([0])], [], { keepdims: 0 });
  return emitBinary('Max', total, weights.graph.scalar(LEAST_WEIGHT));
}
