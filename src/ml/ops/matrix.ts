import { lengthOf, type Tensor } from '../onnx/tensor.ts';
import { emit, emitSumTo } from './emit.ts';

export interface GemmOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Added to the product, broadcast: shape (columns) or (rows, columns). */
  readonly bias?: Tensor;
}

/** a b + bias for matrices a (m, k), b (k, n), either one read transposed. */
export function gemm(a: Tensor, b: Tensor, options: GemmOptions = {}): Tensor {
  const { transposeA = false, transposeB = false, bias } = options;
  const output = emitGemm(a, b, transposeA, transposeB, bias);
  const inputs = bias === undefined ? [a, b] : [a, b, bias];
  a.graph.record([output], inputs, ([gradient]) => {
    const d = gradient as Tensor;
    const gradientA = () => (transposeA ? emitGemm(b, d, transposeB, true) : emitGemm(d, b, false, !transposeB));
    const gradientB = () => (transposeB ? emitGemm(d, a, true, transposeA) : emitGemm(a, d, !transposeA, false));
    return [
      a.differentiable ? gradientA() : undefined,
      b.differentiable ? gradientB() : undefined,
      bias?.differentiable ? emitSumTo(d, bias.shape) : undefined,
    ];
  });
  return output;
}

function emitGemm(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean, bias?: Tensor): Tensor {
  if (a.shape.length !== 2 || b.shape.length !== 2) throw new RangeError(`gemm takes matrices, not (${a.shape}) and (${b.shape})`);
  const inner = lengthOf(a.shape, transposeA ? 0 : 1);
  if (inner !== lengthOf(b.shape, transposeB ? 1 : 0)) {
    throw new RangeError(`gemm of (${a.shape})${transposeA ? "'" : ''} and (${b.shape})${transposeB ? "'" : ''}`);
  }
  const shape = [lengthOf(a.shape, transposeA ? 1 : 0), lengthOf(b.shape, transposeB ? 0 : 1)];
  const attributes = { transA: Number(transposeA), transB: Number(transposeB) };
  return emit('Gemm', bias === undefined ? [a, b] : [a, b, bias], shape, attributes);
}
