import { planNetwork } from '../network/network.ts';
import { storeTheta } from '../network/parameters.ts';
import { Graph } from '../onnx/graph.ts';
import { DYNAMIC, type Tensor } from '../onnx/tensor.ts';
import { emit, emitBinary, emitUnary } from '../ops/emit.ts';
import type { TreeEnsemble } from '../trees/ensemble.ts';
import { ML_DOMAIN, treeNode } from '../trees/onnx.ts';
import type { Logistic } from './logistic.ts';
import { LEAST_PROBABILITY, type Pooling } from './pooling.ts';
import type { Scaler } from './scaler.ts';
import { emitScaled } from './scaler-onnx.ts';

/** Classifiers of the same classes, and how their probabilities become one. */
export interface PooledClassifier {
  readonly classes: number;
  readonly columns: number;
  readonly trees?: TreeEnsemble;
  readonly logistic?: { readonly scaler: Scaler; readonly network: Logistic };
  /** One weight for the trees, then one for the logistic regression, of those there are. */
  readonly pooling?: Pooling;
}

/** Input `values` float32 (rows, columns) as they are, NaN where absent; outputs `class` int64 (rows) and `probabilities` float32 (rows, classes). */
export function classifierToOnnx({ classes, columns, trees, logistic, pooling }: PooledClassifier): Uint8Array {
  const graph = new Graph();
  const values = graph.input('values', [DYNAMIC, columns]);
  const parts: Tensor[] = [];
  if (trees !== undefined) parts.push(treeLogs(graph, values, trees));
  if (logistic !== undefined) parts.push(logisticLogs(graph, values, logistic.scaler, logistic.network));
  const logs = parts.map((part) => emit('Max', [part, graph.scalar(Math.log(LEAST_PROBABILITY))], part.shape));
  const pooled = pooling === undefined ? (parts[0] as Tensor) : pool(graph, logs, pooling);
  const probabilities = emit('Softmax', [pooled], [DYNAMIC, classes], { axis: -1 });
  const [best] = graph.node('ArgMax', [probabilities], [{ shape: [DYNAMIC], type: 'int64' }], { axis: 1, keepdims: 0 });
  graph.output(best as Tensor, 'class');
  graph.output(probabilities, 'probabilities');
  return graph.serialise();
}

function treeLogs(graph: Graph, values: Tensor, trees: TreeEnsemble): Tensor {
  const shapes = [{ shape: [DYNAMIC], type: 'int64' as const }, { shape: [DYNAMIC, trees.classes.length] }];
  const [, probabilities] = graph.foreign(ML_DOMAIN, shapes, ([best = '', named = '']) =>
    treeNode(trees, { values: values.name, class: best, probabilities: named }),
  );
  const least = graph.scalar(1e-30);
  return emitUnary('Log', emit('Max', [probabilities as Tensor, least], (probabilities as Tensor).shape));
}

function logisticLogs(graph: Graph, values: Tensor, scaler: Scaler, network: Logistic): Tensor {
  const { layout } = planNetwork(network.spec);
  const parameters = storeTheta(graph, network.theta, layout);
  const [weight, bias] = layout.map(({ name }) => parameters.get(name) as Tensor) as [Tensor, Tensor];
  const width = weight.shape[1] as number;
  const logits = emitBinary('Add', emit('MatMul', [emitScaled(graph, values, scaler), weight], [DYNAMIC, width]), bias);
  return emit('LogSoftmax', [logits], [DYNAMIC, width], { axis: -1 });
}

function pool(graph: Graph, logs: readonly Tensor[], { weights, bias }: Pooling): Tensor {
  const terms = logs.map((part, b) => emitBinary('Mul', part, graph.scalar(weights[b] as number)));
  const sum = terms.reduce((left, right) => emitBinary('Add', left, right));
  return emitBinary('Add', sum, graph.constant(Float32Array.from(bias), [bias.length]));
}
