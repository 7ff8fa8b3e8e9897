import type { Graph } from './graph.ts';

/** Element types that graphs use; int64 only where ONNX demands it (shapes, axes). */
export type ElementType = 'float32' | 'int32' | 'int64';

/** TensorProto.DataType of onnx.proto. */
export const ELEMENT_CODE: Readonly<Record<ElementType, number>> = { float32: 1, int32: 6, int64: 7 };

export type Shape = readonly number[];

/** The batch dimension of an inference graph: any number of rows. Gradients need fixed shapes. */
export const DYNAMIC = -1;

/** A value in a graph: the output of a node, an input or a constant. Holds no numbers. */
export interface Tensor {
  readonly graph: Graph;
  readonly name: string;
  readonly shape: Shape;
  readonly type: ElementType;
  /** A gradient flows through it. */
  readonly differentiable: boolean;
}

/** Number of elements of a fixed shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** The length of an axis; negative axes count from the end. */
export function lengthOf(shape: Shape, axis: number): number {
  const length = shape.at(axis);
  if (length === undefined) throw new RangeError(`shape (${shape}) has no axis ${axis}`);
  return length;
}

/** Shape with one axis replaced. */
export function withLength(shape: Shape, axis: number, length: number): Shape {
  return shape.map((existing, position) => (position === axis ? length : existing));
}

/** NumPy's rule: aligned at the end, lengths equal or 1. */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, position) => {
    const x = a[a.length - rank + position] ?? 1;
    const y = b[b.length - rank + position] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    throw new RangeError(`shapes (${a}) and (${b}) cannot be broadcast`);
  });
}
