import type { Tensor } from '../onnx/tensor.ts';
import { emitBinary, emitUnary } from '../ops/emit.ts';

/** Kingma & Ba 2015; the defaults of PyTorch, which also adds epsilon after the bias correction. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** The factors 1 / (1 - beta^step) that undo the bias of the moments; `step` counts from 1. */
export function biasCorrections(step: number): { correction1: number; correction2: number } {
  return { correction1: 1 / (1 - ADAM.beta1 ** step), correction2: 1 / (1 - ADAM.beta2 ** step) };
}

/**
 * Emits one Adam update. Adds inputs `m`, `v` (as theta) and scalars `rate`, `correction1`, `correction2`; outputs
 * `theta_next`, `m_next`, `v_next`.
 */
export function emitAdam(theta: Tensor, gradient: Tensor): void {
  const { graph } = theta;
  const m = graph.input('m', theta.shape);
  const v = graph.input('v', theta.shape);
  const rate = graph.input('rate', []);
  const correction1 = graph.input('correction1', []);
  const correction2 = graph.input('correction2', []);
  const blend = (moment: Tensor, beta: number, value: Tensor) =>
    emitBinary('Add', emitBinary('Mul', moment, graph.scalar(beta)), emitBinary('Mul', value, graph.scalar(1 - beta)));
  const mNext = blend(m, ADAM.beta1, gradient);
  const vNext = blend(v, ADAM.beta2, emitBinary('Mul', gradient, gradient));
  const spread = emitBinary('Add', emitUnary('Sqrt', emitBinary('Mul', vNext, correction2)), graph.scalar(ADAM.epsilon));
  const move = emitBinary('Div', emitBinary('Mul', mNext, emitBinary('Mul', rate, correction1)), spread);
  graph.output(emitBinary('Sub', theta, move), 'theta_next');
  graph.output(mNext, 'm_next');
  graph.output(vNext, 'v_next');
}
