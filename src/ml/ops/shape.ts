import { DYNAMIC, lengthOf, type Shape, type Tensor, withLength } from '../onnx/tensor.ts';
import { emit, emitReshape } from './emit.ts';

/* Operations that move elements without changing them. */

export function reshape(x: Tensor, shape: Shape): Tensor {
  const output = emitReshape(x, shape);
  if (output === x) return x;
  x.graph.record([output], [x], ([gradient]) => [emitReshape(gradient as Tensor, x.shape)]);
  return output;
}

/** Axis i of the result is axis order[i] of x. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  const shape = order.map((axis) => lengthOf(x.shape, axis));
  const output = emit('Transpose', [x], shape, { perm: order });
  const inverse = order.map((_, axis) => order.indexOf(axis));
  x.graph.record([output], [x], ([gradient]) => [emit('Transpose', [gradient as Tensor], x.shape, { perm: inverse })]);
  return output;
}

/** Cuts x along an axis into parts of the given lengths. */
export function split(x: Tensor, lengths: readonly number[], axis: number): readonly Tensor[] {
  const shapes = lengths.map((length) => withLength(x.shape, axis, length));
  const outputs = emitSplit(x, lengths, shapes, axis);
  x.graph.record(outputs, [x], (gradients) => {
    const parts = gradients.map((gradient, part) => gradient ?? emitZeros(x, shapes[part] as Shape));
    return [emit('Concat', parts, x.shape, { axis })];
  });
  return outputs;
}

export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const first = parts[0];
  if (first === undefined) throw new RangeError('concat of nothing');
  const lengths = parts.map((part) => lengthOf(part.shape, axis));
  const total = lengths.includes(DYNAMIC) ? DYNAMIC : lengths.reduce((sum, length) => sum + length, 0);
  const output = emit('Concat', parts, withLength(first.shape, axis, total), { axis });
  const shapes = parts.map((part) => part.shape);
  first.graph.record([output], parts, ([gradient]) => emitSplit(gradient as Tensor, lengths, shapes, axis));
  return output;
}

/** Elements from..to (half-open) along an axis. */
export function slice(x: Tensor, axis: number, from: number, to: number): Tensor {
  const { graph } = x;
  const bounds = [graph.integers([from]), graph.integers([to]), graph.integers([axis])];
  const output = emit('Slice', [x, ...bounds], withLength(x.shape, axis, to - from));
  graph.record([output], [x], ([gradient]) => {
    const before = x.shape.map((_, position) => (position === axis ? from : 0));
    const after = x.shape.map((length, position) => (position === axis ? length - to : 0));
    return [emit('Pad', [gradient as Tensor, graph.integers([...before, ...after])], x.shape)];
  });
  return output;
}

/**
 * Rows of `table` (rows, columns) by an int32 index of any shape: result is index shape + (columns). The gradient adds up
 * over rows that occur several times. Indices must lie in [0, rows).
 */
export function gather(table: Tensor, indices: Tensor): Tensor {
  const columns = lengthOf(table.shape, 1);
  const output = emit('Gather', [table, indices], [...indices.shape, columns], { axis: 0 });
  table.graph.record([output], [table], ([gradient]) => {
    const count = indices.shape.reduce((product, length) => product * length, 1);
    const wide = table.graph.node('Cast', [indices], [{ shape: indices.shape, type: 'int64' }], { to: 7 })[0] as Tensor;
    const rows = emitReshape(wide, [count, 1]);
    const updates = emitReshape(gradient as Tensor, [count, columns]);
    return [emit('ScatterND', [emitZeros(table, table.shape), rows, updates], table.shape, { reduction: 'add' })];
  });
  return output;
}

function emitSplit(x: Tensor, lengths: readonly number[], shapes: readonly Shape[], axis: number): readonly Tensor[] {
  const outputs = shapes.map((shape) => ({ shape, type: x.type }));
  return x.graph.node('Split', [x, x.graph.integers(lengths)], outputs, { axis });
}

function emitZeros(like: Tensor, shape: Shape): Tensor {
  return like.graph.node('ConstantOfShape', [like.graph.integers(shape)], [{ shape }])[0] as Tensor;
}
