import { type Convolution, fusedConvolution } from '../layers/fused-convolution.ts';
import { fusedRecurrent, type RecurrentStates, type TimeMajor, toTimeMajor } from '../layers/fused-recurrent.ts';
import { rowsSignal, type Signal, stepsSignal } from '../layers/signal.ts';
import type { Graph } from '../onnx/graph.ts';
import { DYNAMIC, lengthOf, type Tensor } from '../onnx/tensor.ts';
import { emit, emitReshape } from '../ops/emit.ts';
import { applyEntry, applyLayers, applyNetwork, declareInputs, innerLayers, type NamedLayer, planNetwork } from './network.ts';
import { type Parameters, storeTheta } from './parameters.ts';
import type { NetworkSpec } from './spec.ts';

/** Emits a trained network for any number of rows, its leading recurrent or convolutional layers as ONNX's own operators. */
export function applyFusedNetwork(graph: Graph, spec: NetworkSpec, theta: Float32Array): Signal {
  const { layout } = planNetwork(spec);
  const layers = innerLayers(spec);
  const recurrent = leading(layers, ({ layer }) => layer.kind === 'gru' || layer.kind === 'lstm');
  const convolutions = leading(layers, ({ layer }) => !spec.input.padded && (layer.kind === 'conv1d' || layer.kind === 'causal-conv1d'));
  const fused = [...recurrent, ...convolutions];
  const parameters = storeTheta(
    graph,
    theta,
    layout.filter(({ name }) => !fused.some((layer) => name.startsWith(`${layer.name}.`))),
  );
  const inputs = declareInputs(graph, spec, DYNAMIC);
  if (fused.length === 0) return applyNetwork(spec, parameters, inputs);
  const rest = layers.slice(fused.length);
  if (convolutions.length > 0) {
    let columns = turned(applyEntry(spec, parameters, inputs.x));
    for (const { layer, name } of convolutions) columns = fusedConvolution(layer as Convolution, columns, name, theta, layout);
    return behindConvolutions(spec, columns, rest, parameters);
  }
  const lengths = inputs.real && realLengths(inputs.real);
  let input: TimeMajor = toTimeMajor(applyEntry(spec, parameters, inputs.x), lengths);
  let states: RecurrentStates | undefined;
  for (const { layer, name } of recurrent) {
    states = fusedRecurrent(layer.kind as 'gru' | 'lstm', input, name, theta, layout);
    input = { sequence: states.all, lengths };
  }
  const { all, last } = states as RecurrentStates;
  if (rest[0]?.layer.kind === 'last') return applyLayers(spec, rest.slice(1), parameters, rowsSignal(last));
  return applyLayers(spec, rest, parameters, stepsSignal(oldestFirst(all, lengths !== undefined), undefined));
}

function leading(layers: readonly NamedLayer[], of: (layer: NamedLayer) => boolean): readonly NamedLayer[] {
  const others = layers.findIndex((layer) => !of(layer));
  return layers.slice(0, others === -1 ? layers.length : others);
}

/** `columns`: (rows, columns, steps). */
function behindConvolutions(spec: NetworkSpec, columns: Tensor, rest: readonly NamedLayer[], parameters: Parameters): Signal {
  const { graph } = columns;
  const [rows, units, steps] = columns.shape as readonly [number, number, number];
  const after = (signal: Signal, from: number) => applyLayers(spec, rest.slice(from), parameters, signal);
  if (rest[0]?.layer.kind === 'last') {
    const [start, end, axis] = [steps - 1, steps, 2].map((value) => graph.integers([value])) as [Tensor, Tensor, Tensor];
    const last = emit('Slice', [columns, start, end, axis], [rows, units, 1]);
    return after(rowsSignal(emitReshape(last, [rows, units])), 1);
  }
  const inSteps = turned(columns);
  if (rest[0]?.layer.kind === 'flatten') return after(rowsSignal(emitReshape(inSteps, [rows, steps * units])), 1);
  const ones = Array<number>(steps).fill(1);
  const shapes = ones.map(() => ({ shape: [rows, 1, units] }));
  const parts = graph.node('Split', [inSteps, graph.integers(ones)], shapes, { axis: 1 });
  const cut = parts.map((part) => emitReshape(part, [rows, units]));
  return after(stepsSignal(cut, undefined), 0);
}

/** (rows, a, b) -> (rows, b, a) */
function turned(x: Tensor): Tensor {
  const [rows, a, b] = x.shape as readonly [number, number, number];
  return emit('Transpose', [x], [rows, b, a], { perm: [0, 2, 1] });
}

function realLengths(real: Tensor): Tensor {
  const rows = lengthOf(real.shape, 0);
  const sum = emit('ReduceSum', [real, real.graph.integers([1])], [rows], { keepdims: 0 });
  return real.graph.node('Cast', [sum], [{ shape: [rows], type: 'int32' }], { to: 6 })[0] as Tensor;
}

function oldestFirst(states: Tensor, reversed: boolean): readonly Tensor[] {
  const [steps, rows, units] = states.shape as readonly [number, number, number];
  const ones = Array<number>(steps).fill(1);
  const shapes = ones.map(() => ({ shape: [1, rows, units] }));
  const parts = states.graph.node('Split', [states, states.graph.integers(ones)], shapes, { axis: 0 });
  const cut = parts.map((part) => emitReshape(part, [rows, units]));
  return reversed ? cut.toReversed() : cut;
}
