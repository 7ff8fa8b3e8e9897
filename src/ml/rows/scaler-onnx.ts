import type { Graph } from '../onnx/graph.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { emit, emitBinary, emitUnary } from '../ops/emit.ts';
import { SCALE_BOUND, type Scaler, scaleRows } from './scaler.ts';

const DOUBLE = 11;
const FLOAT = 1;
const LARGEST = 3.4e38;

/** As `scaleRows`; the logarithm in float64, where small values would lose their digits beside 1. */
export function emitScaled(graph: Graph, values: Tensor, { mean, inverse }: Scaler): Tensor {
  const { shape } = values;
  const columns = mean.length;
  const bounded = emit('Clip', [values, graph.scalar(-LARGEST), graph.scalar(LARGEST)], shape);
  const wide = emit('Cast', [bounded], shape, { to: DOUBLE });
  const one = emit('Cast', [graph.scalar(1)], [], { to: DOUBLE });
  const size = emitUnary('Log', emitBinary('Add', emitUnary('Abs', wide), one));
  const logs = emit('Cast', [emitBinary('Mul', emitUnary('Sign', wide), size)], shape, { to: FLOAT });
  const centred = emitBinary('Sub', logs, graph.constant(Float32Array.from(mean), [columns]));
  const divided = emitBinary('Mul', centred, graph.constant(Float32Array.from(inverse), [columns]));
  const limited = emit('Clip', [divided, graph.scalar(-SCALE_BOUND), graph.scalar(SCALE_BOUND)], shape);
  return emit('Where', [emitUnary('IsNaN', values), graph.scalar(0), limited], shape);
}

/** Finite float32 numbers in their order, by position from 0. */
const MOST = 0x7f7fffff;
const bits = new Int32Array(1);
const number = new Float32Array(bits.buffer);
function numberAt(position: number): number {
  bits[0] = Math.abs(position);
  return position < 0 ? -(number[0] as number) : (number[0] as number);
}

/**
 * The least float32 value of a column whose scaled value is not below `cut`, so that trees over scaled columns become trees over
 * columns as they are, to the bit; -Infinity where all are, Infinity where none is.
 */
export function rawCut({ mean, inverse }: Scaler, column: number, cut: number): number {
  const own: Scaler = { mean: mean.subarray(column, column + 1), inverse: inverse.subarray(column, column + 1) };
  const reaches = (position: number) => (scaleRows(own, Float32Array.of(numberAt(position)))[0] as number) >= cut;
  if (reaches(-MOST)) return Number.NEGATIVE_INFINITY;
  if (!reaches(MOST)) return Number.POSITIVE_INFINITY;
  let [below, from] = [-MOST, MOST];
  while (from - below > 1) {
    const middle = Math.floor((below + from) / 2);
    if (reaches(middle)) from = middle;
    else below = middle;
  }
  return numberAt(from);
}
