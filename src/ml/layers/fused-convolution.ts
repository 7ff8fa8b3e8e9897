import type { ParameterSlot } from '../network/parameters.ts';
import type { LayerSpec } from '../network/spec.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { emit } from '../ops/emit.ts';
import { add } from '../ops/index.ts';
import { activate } from './layer.ts';

export type Convolution = Extract<LayerSpec, { kind: 'conv1d' | 'causal-conv1d' }>;

/**
 * A convolution over steps as the ONNX operator Conv: one node instead of one per step, without a gradient. In and out
 * (rows, columns, steps); the weights come from theta by the layer's slots.
 */
export function fusedConvolution(
  layer: Convolution,
  x: Tensor,
  prefix: string,
  theta: Float32Array,
  layout: readonly ParameterSlot[],
): Tensor {
  const { graph } = x;
  const [rows, columns, steps] = x.shape as readonly [number, number, number];
  const { units, width } = layer;
  const causal = layer.kind === 'causal-conv1d';
  const dilation = causal ? layer.dilation : 1;
  const before = causal ? (width - 1) * dilation : 0;
  const weights = (part: string) => {
    const slot = layout.find(({ name }) => name === `${prefix}.${part}`) as ParameterSlot;
    return theta.subarray(slot.offset, slot.offset + slot.size);
  };
  const weight = weights('weight');
  // (width x columns, units), oldest step first -> (units, columns, width)
  const turned = Float32Array.from({ length: weight.length }, (_, i) => {
    const [unit, column, step] = [Math.floor(i / (columns * width)), Math.floor(i / width) % columns, i % width];
    return weight[(step * columns + column) * units + unit] as number;
  });
  const inputs = [
    x,
    graph.constant(turned, [units, columns, width], `${prefix}.W`),
    graph.constant(weights('bias').slice(), [units], `${prefix}.B`),
  ];
  const shape = [rows, units, steps + before - (width - 1) * dilation];
  const attributes = { kernel_shape: [width], dilations: [dilation], pads: [before, 0], strides: [1], group: 1 };
  const out = activate(emit('Conv', inputs, shape, attributes), layer.activation);
  return causal && layer.residual ? add(out, x) : out;
}
