import type { Attributes } from '../onnx/graph.ts';
import { broadcastShape, type Shape, sameShape, type Tensor } from '../onnx/tensor.ts';

/* Nodes without a gradient of their own: the material of operations and of their backward passes. */

export function emit(operator: string, inputs: readonly Tensor[], shape: Shape, attributes: Attributes = {}): Tensor {
  const first = inputs[0];
  if (first === undefined) throw new RangeError(`${operator} of nothing`);
  return first.graph.node(operator, inputs, [{ shape, type: first.type }], attributes)[0] as Tensor;
}

export function emitUnary(operator: string, x: Tensor): Tensor {
  return emit(operator, [x], x.shape);
}

export function emitBinary(operator: string, a: Tensor, b: Tensor): Tensor {
  return emit(operator, [a, b], broadcastShape(a.shape, b.shape));
}

export function emitReshape(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : emit('Reshape', [x, x.graph.integers(shape)], shape);
}

/** Sums over the axes along which `shape` was broadcast to the shape of `x`. */
export function emitSumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const added = x.shape.length - shape.length;
  const axes = x.shape.flatMap((length, axis) => (axis < added || (shape[axis - added] === 1 && length !== 1) ? [axis] : []));
  if (axes.length === 0) return emitReshape(x, shape);
  const kept = x.shape.filter((_, axis) => !axes.includes(axis));
  return emitReshape(emit('ReduceSum', [x, x.graph.integers(axes)], kept, { keepdims: 0 }), shape);
}

/** x repeated along axes of length 1 to the shape. */
export function emitExpand(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : emit('Expand', [x, x.graph.integers(shape)], shape);
}

/** int32 indices of any shape -> float32 index shape + (depth), 1 at the index. */
export function emitOneHot(indices: Tensor, depth: number): Tensor {
  const { graph } = indices;
  const inputs = [indices, graph.constant(Int32Array.of(depth), [1]), graph.constant(Float32Array.of(0, 1), [2])];
  return graph.node('OneHot', inputs, [{ shape: [...indices.shape, depth] }], { axis: -1 })[0] as Tensor;
}
