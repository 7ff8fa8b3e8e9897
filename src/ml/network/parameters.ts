import type { Random } from '../../core/index.ts';
import type { Graph } from '../onnx/graph.ts';
import { type Shape, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { reshape, split } from '../ops/index.ts';

/** One weight array; initial values are uniform in [-range, range]. */
export interface Parameter {
  readonly name: string;
  readonly shape: Shape;
  readonly range: number;
}

/** A parameter's place in theta, the one vector that holds all weights in layout order. */
export interface ParameterSlot extends Parameter {
  readonly offset: number;
  readonly size: number;
}

export type Parameters = ReadonlyMap<string, Tensor>;

export function layOut(parameters: readonly Parameter[]): readonly ParameterSlot[] {
  let offset = 0;
  return parameters.map((parameter) => {
    const size = sizeOf(parameter.shape);
    const slot = { ...parameter, offset, size };
    offset += size;
    return slot;
  });
}

export function thetaLength(layout: readonly ParameterSlot[]): number {
  return layout.reduce((total, slot) => total + slot.size, 0);
}

/** Initial weights. The same random stream gives the same bytes. */
export function initialTheta(layout: readonly ParameterSlot[], random: Random): Float32Array {
  const theta = new Float32Array(thetaLength(layout));
  for (const { offset, size, range } of layout) {
    for (let i = 0; i < size; i++) theta[offset + i] = (random() * 2 - 1) * range;
  }
  return theta;
}

/** Cuts the input tensor theta into parameters; gradients flow back to the pieces, which are returned flat. */
export function splitTheta(theta: Tensor, layout: readonly ParameterSlot[]): { pieces: readonly Tensor[]; parameters: Parameters } {
  const pieces = split(
    theta,
    layout.map((slot) => slot.size),
    0,
  );
  const parameters = new Map(layout.map((slot, i) => [slot.name, reshape(pieces[i] as Tensor, slot.shape)]));
  return { pieces, parameters };
}

/** Stores theta in the graph, each parameter an initialiser under its name. */
export function storeTheta(graph: Graph, theta: Float32Array, layout: readonly ParameterSlot[]): Parameters {
  return new Map(layout.map(({ name, shape, offset, size }) => [name, graph.constant(theta.slice(offset, offset + size), shape, name)]));
}
