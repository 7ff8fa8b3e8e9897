import { lengthOf, type Tensor } from '../onnx/tensor.ts';
import { emit, emitBinary, emitExpand, emitReshape } from './emit.ts';

/* Reductions over the given axes (default: all). With `keep`, reduced axes stay with length 1. */

export function sum(x: Tensor, axes: readonly number[] = everyAxis(x), keep = false): Tensor {
  const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const shape = keep ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
  const output = emit('ReduceSum', [x, x.graph.integers(axes)], shape, { keepdims: Number(keep) });
  x.graph.record([output], [x], ([gradient]) => [emitExpand(emitReshape(gradient as Tensor, kept), x.shape)]);
  return output;
}

export function mean(x: Tensor, axes: readonly number[] = everyAxis(x), keep = false): Tensor {
  const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const shape = keep ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
  const output = emit('ReduceMean', [x, x.graph.integers(axes)], shape, { keepdims: Number(keep) });
  const count = axes.reduce((product, axis) => product * lengthOf(x.shape, axis), 1);
  x.graph.record([output], [x], ([gradient]) => {
    const share = emitBinary('Mul', gradient as Tensor, x.graph.scalar(1 / count));
    return [emitExpand(emitReshape(share, kept), x.shape)];
  });
  return output;
}

function everyAxis(x: Tensor): readonly number[] {
  return x.shape.map((_, axis) => axis);
}
