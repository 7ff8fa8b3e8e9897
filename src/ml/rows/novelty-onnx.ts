import { planNetwork } from '../network/network.ts';
import { storeTheta } from '../network/parameters.ts';
import { Graph } from '../onnx/graph.ts';
import { DYNAMIC, type Tensor } from '../onnx/tensor.ts';
import { emit, emitBinary, emitReshape, emitUnary } from '../ops/emit.ts';
import type { TreeEnsemble } from '../trees/ensemble.ts';
import { ML_DOMAIN, RegressorNodes, treeNode } from '../trees/onnx.ts';
import type { Autoencoder } from './autoencoder.ts';
import { type HalfSpaceTrees, stopsAt } from './half-space-trees.ts';
import { averagePath, type IsolationForest } from './isolation-forest.ts';
import type { Scaler } from './scaler.ts';
import { emitScaled, rawCut } from './scaler-onnx.ts';

/* Each model: input `values` float32 (rows, columns) as they are, NaN where absent; output `score` float32 (rows). */

const DOUBLE = 11;
const FLOAT = 1;

function model(columns: number, score: (graph: Graph, values: Tensor) => Tensor): Uint8Array {
  const graph = new Graph();
  const values = graph.input('values', [DYNAMIC, columns]);
  graph.output(emitReshape(score(graph, values), [DYNAMIC]), 'score');
  return graph.serialise();
}

/** 2^(-mean path / c(sample)). */
export function isolationToOnnx({ columns, sample, root, column, value, right }: IsolationForest, scaler: Scaler): Uint8Array {
  return model(columns, (graph, values) => {
    const nodes = new RegressorNodes();
    const cutAt = cuts(scaler);
    for (const start of root) {
      nodes.begin();
      const add = (node: number): number => {
        const at = column[node] as number;
        if (at < 0) return nodes.leaf(value[node] as number);
        return nodes.branch(
          at,
          cutAt(at, value[node] as number),
          0 < (value[node] as number),
          () => add(node + 1),
          () => add(right[node] as number),
        );
      };
      add(start);
    }
    const path = summed(graph, values, nodes);
    return emitUnary('Exp', emitBinary('Mul', path, graph.scalar(-Math.LN2 / (root.length * averagePath(sample)))));
  });
}

/** As `halfSpaceScores`. */
export function halfSpaceToOnnx(forest: HalfSpaceTrees, scaler: Scaler): Uint8Array {
  const { columns, trees, depth, column, cut, mass } = forest;
  const inner = 2 ** depth - 1;
  const greatest = Math.log(Math.max(1, mass[0] as number) * 2 ** depth);
  return model(columns, (graph, values) => {
    const nodes = new RegressorNodes();
    const cutAt = cuts(scaler);
    for (let t = 0; t < trees; t++) {
      nodes.begin();
      const add = (node: number, level: number): number => {
        const here = mass[t * (2 * inner + 1) + node] as number;
        if (stopsAt(forest, here) || node >= inner) return nodes.leaf(Math.log(Math.max(here, 0.5) * 2 ** level));
        const [at, middle] = [column[t * inner + node] as number, cut[t * inner + node] as number];
        return nodes.branch(
          at,
          cutAt(at, middle),
          0 < middle,
          () => add(2 * node + 1, level + 1),
          () => add(2 * node + 2, level + 1),
        );
      };
      add(0, 0);
    }
    const density = emitBinary('Mul', summed(graph, values, nodes), graph.scalar(1 / trees));
    return emit('Max', [emitBinary('Sub', graph.scalar(greatest), density), graph.scalar(0)], density.shape);
  });
}

export function autoencoderToOnnx(network: Autoencoder, scaler: Scaler): Uint8Array {
  return model(scaler.mean.length, (graph, values) => repetitionError(graph, emitScaled(graph, values, scaler), network));
}

export function neighboursToOnnx(references: Float32Array, neighbours: number, scaler: Scaler): Uint8Array {
  return model(scaler.mean.length, (graph, values) => nearness(graph, emitScaled(graph, values, scaler), references, neighbours));
}

/** The arms of `flow-novelty`, and what each found in rows it had not learnt from. */
export interface NoveltyModel {
  readonly scaler: Scaler;
  readonly references: Float32Array;
  readonly neighbours: number;
  readonly autoencoder: Autoencoder;
  readonly shuffled: TreeEnsemble;
  readonly normal: { readonly neighbour: Float64Array; readonly autoencoder: Float64Array; readonly shuffled: Float64Array };
}

/** The mean over the arms of -ln of the share of normal scores that are not below. */
export function noveltyToOnnx({ scaler, references, neighbours, autoencoder, shuffled, normal }: NoveltyModel): Uint8Array {
  return model(scaler.mean.length, (graph, values) => {
    const scaled = emitScaled(graph, values, scaler);
    const surprises = [
      surpriseOf(graph, nearness(graph, scaled, references, neighbours), normal.neighbour),
      surpriseOf(graph, repetitionError(graph, scaled, autoencoder), normal.autoencoder),
      surpriseOf(graph, odds(graph, values, shuffled), normal.shuffled),
    ];
    const sum = surprises.reduce((left, right) => emitBinary('Add', left, right));
    return emitBinary('Mul', sum, graph.scalar(1 / surprises.length));
  });
}

/** Values as they are in place of scaled ones, once a column and cut. */
function cuts(scaler: Scaler): (column: number, cut: number) => number {
  const known = new Map<string, number>();
  return (column, cut) => {
    const key = `${column} ${cut}`;
    const found = known.get(key) ?? rawCut(scaler, column, cut);
    known.set(key, found);
    return found;
  };
}

/** (rows, 1) */
function summed(graph: Graph, values: Tensor, nodes: RegressorNodes): Tensor {
  const [sum] = graph.foreign(ML_DOMAIN, [{ shape: [DYNAMIC, 1] }], ([name = '']) => nodes.write(values.name, name));
  return sum as Tensor;
}

/** (rows, 1): root of the mean squared difference between each row and what the dense network makes of it. */
function repetitionError(graph: Graph, scaled: Tensor, { spec, theta }: Autoencoder): Tensor {
  const { layout } = planNetwork(spec);
  const stored = storeTheta(graph, theta, layout);
  const parameters = layout.map(({ name }) => stored.get(name) as Tensor);
  let signal = scaled;
  for (const [i, layer] of spec.layers.entries()) {
    if (layer.kind !== 'dense' || (layer.activation !== 'relu' && layer.activation !== 'linear'))
      throw new RangeError('an autoencoder is made of dense layers');
    const [weight, bias] = [parameters[2 * i] as Tensor, parameters[2 * i + 1] as Tensor];
    signal = emitBinary('Add', emit('MatMul', [signal, weight], [DYNAMIC, weight.shape[1] as number]), bias);
    if (layer.activation === 'relu') signal = emitUnary('Relu', signal);
  }
  const gap = emitBinary('Sub', scaled, signal);
  return emitUnary('Sqrt', emit('ReduceMean', [emitBinary('Mul', gap, gap), graph.integers([1])], [DYNAMIC, 1], { keepdims: 1 }));
}

/** (rows, 1): mean distance to the nearest references, in float64, where squares of near rows would cancel. */
function nearness(graph: Graph, scaled: Tensor, references: Float32Array, neighbours: number): Tensor {
  const columns = scaled.shape[1] as number;
  const count = references.length / columns;
  const k = Math.min(neighbours, count);
  const turned = new Float32Array(references.length);
  for (let r = 0; r < count; r++) for (let c = 0; c < columns; c++) turned[c * count + r] = references[r * columns + c] as number;
  const wide = emit('Cast', [scaled], scaled.shape, { to: DOUBLE });
  const known = emit('Cast', [graph.constant(turned, [columns, count])], [columns, count], { to: DOUBLE });
  const own = emit('ReduceSum', [emitBinary('Mul', wide, wide), graph.integers([1])], [DYNAMIC, 1], { keepdims: 1 });
  const theirs = emit('ReduceSum', [emitBinary('Mul', known, known), graph.integers([0])], [1, count], { keepdims: 1 });
  const product = emit('MatMul', [wide, known], [DYNAMIC, count]);
  const two = emit('Cast', [graph.scalar(2)], [], { to: DOUBLE });
  const zero = emit('Cast', [graph.scalar(0)], [], { to: DOUBLE });
  const apart = emitBinary('Add', emitBinary('Sub', own, emitBinary('Mul', product, two)), theirs);
  const [nearest] = graph.node(
    'TopK',
    [emit('Max', [apart, zero], [DYNAMIC, count]), graph.integers([k])],
    [{ shape: [DYNAMIC, k] }, { shape: [DYNAMIC, k], type: 'int64' }],
    { axis: 1, largest: 0, sorted: 1 },
  );
  const mean = emit('ReduceMean', [emitUnary('Sqrt', nearest as Tensor), graph.integers([1])], [DYNAMIC, 1], { keepdims: 1 });
  return emit('Cast', [mean], [DYNAMIC, 1], { to: FLOAT });
}

/** (rows, 1): ln of the odds of the second class, kept within +-35. */
function odds(graph: Graph, values: Tensor, trees: TreeEnsemble): Tensor {
  const shapes = [{ shape: [DYNAMIC], type: 'int64' as const }, { shape: [DYNAMIC, 2] }];
  const [, probabilities] = graph.foreign(ML_DOMAIN, shapes, ([best = '', named = '']) =>
    treeNode(trees, { values: values.name, class: best, probabilities: named }),
  );
  const logs = emitUnary('Log', emit('Max', [probabilities as Tensor, graph.scalar(1e-30)], [DYNAMIC, 2]));
  const difference = emit('MatMul', [logs, graph.constant(Float32Array.of(-1, 1), [2, 1])], [DYNAMIC, 1]);
  return emit('Clip', [difference, graph.scalar(-35), graph.scalar(35)], [DYNAMIC, 1]);
}

/** (rows, 1): -ln of (1 + normal scores that are not below) / (1 + all). What differs by rounding alone is equal. */
function surpriseOf(graph: Graph, score: Tensor, normal: Float64Array): Tensor {
  const sorted = Float32Array.from(normal).sort();
  const n = sorted.length;
  const slack = emitBinary('Mul', emitBinary('Add', emitUnary('Abs', score), graph.scalar(1)), graph.scalar(1e-5));
  const least = emitBinary('Sub', score, slack);
  const below = emit('Less', [graph.constant(sorted, [1, n], `normal-${score.name}`), least], [DYNAMIC, n]);
  const count = emit('ReduceSum', [emit('Cast', [below], [DYNAMIC, n], { to: FLOAT }), graph.integers([1])], [DYNAMIC, 1], { keepdims: 1 });
  const share = emitBinary('Mul', emitBinary('Sub', graph.scalar(n + 1), count), graph.scalar(1 / (n + 1)));
  return emitUnary('Neg', emitUnary('Log', share));
}
