import type { Tensor } from '../onnx/tensor.ts';
import { emitBinary, emitSumTo, emitUnary } from './emit.ts';

/* Element-wise operations; binary ones broadcast by NumPy's rule, and their gradients are summed back. */

interface BinaryGradients {
  readonly a: () => Tensor;
  readonly b: () => Tensor;
}

function binary(operator: string, a: Tensor, b: Tensor, backward: (gradient: Tensor, output: Tensor) => BinaryGradients): Tensor {
  const output = emitBinary(operator, a, b);
  a.graph.record([output], [a, b], ([gradient]) => {
    const terms = backward(gradient as Tensor, output);
    return [a.differentiable ? emitSumTo(terms.a(), a.shape) : undefined, b.differentiable ? emitSumTo(terms.b(), b.shape) : undefined];
  });
  return output;
}

function unary(operator: string, x: Tensor, backward: (gradient: Tensor, output: Tensor) => Tensor): Tensor {
  const output = emitUnary(operator, x);
  x.graph.record([output], [x], ([gradient]) => [backward(gradient as Tensor, output)]);
  return output;
}

export function add(a: Tensor, b: Tensor): Tensor {
  return binary('Add', a, b, (gradient) => ({ a: () => gradient, b: () => gradient }));
}

export function subtract(a: Tensor, b: Tensor): Tensor {
  return binary('Sub', a, b, (gradient) => ({ a: () => gradient, b: () => emitUnary('Neg', gradient) }));
}

export function multiply(a: Tensor, b: Tensor): Tensor {
  return binary('Mul', a, b, (gradient) => ({ a: () => emitBinary('Mul', gradient, b), b: () => emitBinary('Mul', gradient, a) }));
}

export function divide(a: Tensor, b: Tensor): Tensor {
  return binary('Div', a, b, (gradient, output) => ({
    a: () => emitBinary('Div', gradient, b),
    b: () => emitUnary('Neg', emitBinary('Div', emitBinary('Mul', gradient, output), b)),
  }));
}

export function negate(x: Tensor): Tensor {
  return unary('Neg', x, (gradient) => emitUnary('Neg', gradient));
}

export function sigmoid(x: Tensor): Tensor {
  return unary('Sigmoid', x, (gradient, y) => emitBinary('Mul', gradient, emitBinary('Sub', y, emitBinary('Mul', y, y))));
}

export function tanh(x: Tensor): Tensor {
  return unary('Tanh', x, (gradient, y) => emitBinary('Sub', gradient, emitBinary('Mul', gradient, emitBinary('Mul', y, y))));
}

export function relu(x: Tensor): Tensor {
  return unary('Relu', x, (gradient, y) => emitBinary('Mul', gradient, emitUnary('Sign', y)));
}

export function exp(x: Tensor): Tensor {
  return unary('Exp', x, (gradient, y) => emitBinary('Mul', gradient, y));
}

/** Natural logarithm; the caller keeps x above 0. */
export function log(x: Tensor): Tensor {
  return unary('Log', x, (gradient) => emitBinary('Div', gradient, x));
}

/** Square root; the gradient is infinite at 0. */
export function sqrt(x: Tensor): Tensor {
  return unary('Sqrt', x, (gradient, y) => emitBinary('Div', gradient, emitBinary('Add', y, y)));
}
