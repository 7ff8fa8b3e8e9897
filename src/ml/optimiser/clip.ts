import type { Tensor } from '../onnx/tensor.ts';
import { emitBinary } from '../ops/emit.ts';

/** Scales the gradient to at most `limit` in Euclidean norm (Pascanu et al. 2013), with PyTorch's 1e-6 in the denominator. */
export function emitClip(gradient: Tensor, norm: Tensor, limit: number): Tensor {
  const { graph } = gradient;
  const factor = emitBinary('Div', graph.scalar(limit), emitBinary('Add', norm, graph.scalar(1e-6)));
  return emitBinary('Mul', gradient, emitBinary('Min', factor, graph.scalar(1)));
}
