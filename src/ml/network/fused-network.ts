import { fusedRecurrent, type RecurrentStates, type TimeMajor, toTimeMajor } from '../layers/fused-recurrent.ts';
import { rowsSignal, type Signal, stepsSignal } from '../layers/signal.ts';
import type { Graph } from '../onnx/graph.ts';
import { DYNAMIC, lengthOf, type Tensor } from '../onnx/tensor.ts';
import { emit, emitReshape } from '../ops/emit.ts';
import { applyEntry, applyLayers, applyNetwork, declareInputs, innerLayers, planNetwork } from './network.ts';
import { storeTheta } from './parameters.ts';
import type { NetworkSpec } from './spec.ts';

/** Emits a trained network for any number of rows, its leading recurrent layers as ONNX's own operators. */
export function applyFusedNetwork(graph: Graph, spec: NetworkSpec, theta: Float32Array): Signal {
  const { layout } = planNetwork(spec);
  const layers = innerLayers(spec);
  const others = layers.findIndex(({ layer }) => layer.kind !== 'gru' && layer.kind !== 'lstm');
  const fused = layers.slice(0, others === -1 ? layers.length : others);
  const parameters = storeTheta(
    graph,
    theta,
    layout.filter(({ name }) => !fused.some((layer) => name.startsWith(`${layer.name}.`))),
  );
  const inputs = declareInputs(graph, spec, DYNAMIC);
  if (fused.length === 0) return applyNetwork(spec, parameters, inputs);
  const lengths = inputs.real && realLengths(inputs.real);
  let input: TimeMajor = toTimeMajor(applyEntry(spec, parameters, inputs.x), lengths);
  let states: RecurrentStates | undefined;
  for (const { layer, name } of fused) {
    states = fusedRecurrent(layer.kind as 'gru' | 'lstm', input, name, theta, layout);
    input = { sequence: states.all, lengths };
  }
  const rest = layers.slice(fused.length);
  const { all, last } = states as RecurrentStates;
  if (rest[0]?.layer.kind === 'last') return applyLayers(spec, rest.slice(1), parameters, rowsSignal(last));
  return applyLayers(spec, rest, parameters, stepsSignal(oldestFirst(all, lengths !== undefined), undefined));
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
