import { VedetteError } from '../../core/index.ts';
import { applyLayer, declareLayer, type InnerLayer, type SignalShape } from '../layers/layer.ts';
import { rowsSignal, type Signal, type StepMask, stepsSignal } from '../layers/signal.ts';
import type { Graph } from '../onnx/graph.ts';
import { ELEMENT_CODE, type Shape, type Tensor, withLength } from '../onnx/tensor.ts';
import { emit, emitOneHot, emitReshape } from '../ops/emit.ts';
import { gather, multiply, reshape, split } from '../ops/index.ts';
import { layOut, type Parameter, type ParameterSlot, type Parameters } from './parameters.ts';
import type { LayerSpec, NetworkSpec } from './spec.ts';

/** What a specification amounts to: where each weight lies in theta, and the shape of the output. */
export interface NetworkPlan {
  readonly layout: readonly ParameterSlot[];
  /** Classes or predicted columns. */
  readonly columns: number;
  /** Steps of the output; undefined when it is one row per input row. */
  readonly steps: number | undefined;
}

/** Throws VedetteError CONFIG_INVALID when layers do not fit one another. */
export function planNetwork(spec: NetworkSpec): NetworkPlan {
  const parameters: Parameter[] = [];
  const first = entryLayer(spec);
  let shape: SignalShape = { columns: entryColumns(spec), steps: spec.input.steps };
  if (first?.kind === 'embedding') {
    parameters.push({ name: layerName(0, first), shape: [vocabularyOf(spec), first.units], range: 1 });
  }
  for (const { layer, name } of innerLayers(spec)) {
    const declared = declareLayer(layer, name, shape);
    parameters.push(...declared.parameters);
    shape = declared.shape;
  }
  const steps = spec.input.steps === 1 ? undefined : shape.steps;
  return { layout: layOut(parameters), columns: shape.columns, steps };
}

/** The network's inputs within a graph: `x` with padded codes replaced by 0, and `real` (rows, steps) of 0 and 1 when padded. */
export interface NetworkInputs {
  readonly x: Tensor;
  readonly real: Tensor | undefined;
}

/**
 * Declares the inputs for a number of rows (DYNAMIC in inference): `x`, int32 codes (rows, steps) or float32 values
 * (rows, steps, columns), and for padded values `lengths` int32 (rows).
 */
export function declareInputs(graph: Graph, spec: NetworkSpec, rows: number): NetworkInputs {
  const { input } = spec;
  const shape = [rows, input.steps];
  if (input.kind === 'codes') {
    const codes = graph.input('x', shape, 'int32');
    if (!input.padded) return { x: codes, real: undefined };
    const zero = graph.constant(Int32Array.of(0), []);
    return { x: emit('Max', [codes, zero], shape), real: emitFlag(emit('GreaterOrEqual', [codes, zero], shape), shape) };
  }
  const x = graph.input('x', [...shape, input.columns]);
  if (!input.padded) return { x, real: undefined };
  const lengths = emitReshape(graph.input('lengths', [rows], 'int32'), [rows, 1]);
  const needed = graph.constant(
    Int32Array.from({ length: input.steps }, (_, step) => input.steps - step),
    [1, input.steps],
  );
  return { x, real: emitFlag(emit('GreaterOrEqual', [lengths, needed], shape), shape) };
}

function emitFlag(condition: Tensor, shape: Shape): Tensor {
  return condition.graph.node('Cast', [condition], [{ shape }], { to: ELEMENT_CODE.float32 })[0] as Tensor;
}

/** Emits the layers. */
export function applyNetwork(spec: NetworkSpec, parameters: Parameters, inputs: NetworkInputs): Signal {
  const layers = innerLayers(spec);
  const mask = inputs.real === undefined ? undefined : stepMask(inputs.real);
  const steps = cutSteps(applyEntry(spec, parameters, inputs.x));
  // Recurrent layers leave padding out on their own; before others it has to be blanked.
  const blank = mask !== undefined && layers[0]?.layer.kind !== 'gru' && layers[0]?.layer.kind !== 'lstm';
  const visible = blank ? steps.map((step, i) => multiply(step, mask.real[i] as Tensor)) : steps;
  return applyLayers(spec, layers, parameters, stepsSignal(visible, mask));
}

/** Emits the given layers behind a signal. */
export function applyLayers(spec: NetworkSpec, layers: readonly NamedLayer[], parameters: Parameters, start: Signal): Signal {
  let signal = start;
  for (const { layer, name } of layers) signal = applyLayer(layer, name, parameters, signal);
  if (signal.kind === 'steps' && signal.steps.length === 1 && spec.input.steps === 1) return rowsSignal(signal.steps[0] as Tensor);
  return signal;
}

/** Codes -> vectors (rows, steps, columns); values as they are. */
export function applyEntry(spec: NetworkSpec, parameters: Parameters, x: Tensor): Tensor {
  const layer = entryLayer(spec);
  if (layer === undefined) return x;
  if (layer.kind === 'embedding') return gather(parameters.get(layerName(0, layer)) as Tensor, x);
  return emitOneHot(x, vocabularyOf(spec));
}

/** (rows, steps, columns) -> (rows, columns) per step. */
function cutSteps(x: Tensor): readonly Tensor[] {
  const [rows, steps, columns] = x.shape as readonly [number, number, number];
  return split(x, Array<number>(steps).fill(1), 1).map((step) => reshape(step, [rows, columns]));
}

function stepMask(real: Tensor): StepMask {
  const { graph } = real;
  const steps = real.shape[1] as number;
  const padding = graph.node('Sub', [graph.scalar(1), real], [{ shape: real.shape }])[0] as Tensor;
  const cut = (mask: Tensor) =>
    graph.node(
      'Split',
      [mask, graph.integers(Array<number>(steps).fill(1))],
      Array.from({ length: steps }, () => ({ shape: withLength(mask.shape, 1, 1) })),
      { axis: 1 },
    );
  return { real: cut(real), padding: cut(padding) };
}

function entryLayer(spec: NetworkSpec): Extract<LayerSpec, { kind: 'embedding' | 'one-hot' }> | undefined {
  const first = spec.layers[0];
  const entry = first?.kind === 'embedding' || first?.kind === 'one-hot' ? first : undefined;
  if ((entry !== undefined) !== (spec.input.kind === 'codes')) {
    throw new VedetteError('CONFIG_INVALID', `a network of ${spec.input.kind} cannot begin with the layer ${first?.kind}`, {
      hint: 'codes begin with an embedding or one-hot layer, values with any other',
    });
  }
  return entry;
}

function entryColumns(spec: NetworkSpec): number {
  if (spec.input.kind === 'values') return spec.input.columns;
  const first = entryLayer(spec);
  return first?.kind === 'embedding' ? first.units : spec.input.vocabulary;
}

function vocabularyOf(spec: NetworkSpec): number {
  return spec.input.kind === 'codes' ? spec.input.vocabulary : 0;
}

export interface NamedLayer {
  readonly layer: InnerLayer;
  /** Prefix of its parameters. */
  readonly name: string;
}

/** The layers behind the entry. Throws CONFIG_INVALID for an entry layer among them. */
export function innerLayers(spec: NetworkSpec): readonly NamedLayer[] {
  return spec.layers.flatMap((layer, position) => {
    if (layer.kind === 'embedding' || layer.kind === 'one-hot') {
      if (position === 0) return [];
      throw new VedetteError('CONFIG_INVALID', `layer ${position} is ${layer.kind}, which must come first`);
    }
    return [{ layer, name: layerName(position, layer) }];
  });
}

function layerName(position: number, layer: LayerSpec): string {
  return `${position}.${layer.kind}`;
}
