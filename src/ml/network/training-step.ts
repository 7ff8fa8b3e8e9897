import type { Graph } from '../onnx/graph.ts';
import { Graph as OnnxGraph } from '../onnx/graph.ts';
import { type Shape, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { emit, emitBinary, emitReshape, emitUnary } from '../ops/emit.ts';
import { concat, huber, meanSquaredError, reshape, softmaxCrossEntropy, transpose } from '../ops/index.ts';
import { emitAdam } from '../optimiser/adam.ts';
import { emitClip } from '../optimiser/clip.ts';
import { applyNetwork, declareInputs, planNetwork } from './network.ts';
import { type Parameters, splitTheta, thetaLength } from './parameters.ts';
import type { NetworkSpec } from './spec.ts';

export interface TrainingStepOptions {
  readonly batchSize: number;
  /** Largest Euclidean norm of the whole gradient; undefined: no clipping. */
  readonly clipNorm?: number | undefined;
}

/**
 * One training step as an ONNX model: forward, backward, clipping and Adam.
 * Inputs `x` (and `lengths`), `targets`, `weights` float32 (rows), `theta`, `m`, `v`, scalars `rate`, `correction1`, `correction2`.
 * Outputs `loss`, `norm` (of the gradient before clipping), `theta_next`, `m_next`, `v_next`.
 */
export function trainingStepModel(spec: NetworkSpec, options: TrainingStepOptions): Uint8Array {
  const graph = new OnnxGraph();
  const { layout } = planNetwork(spec);
  const theta = graph.input('theta', [thetaLength(layout)], 'float32', true);
  const { pieces, parameters } = splitTheta(theta, layout);
  const loss = emitLoss(graph, spec, parameters, options.batchSize);
  const gradients = graph.gradients(loss, pieces);
  const gradient = emit('Concat', gradients, theta.shape, { axis: 0 });
  const norm = emitUnary('Sqrt', emit('ReduceSumSquare', [gradient, graph.integers([0])], [], { keepdims: 0 }));
  emitAdam(theta, options.clipNorm === undefined ? gradient : emitClip(gradient, norm, options.clipNorm));
  graph.output(loss, 'loss');
  graph.output(norm, 'norm');
  return graph.serialise();
}

/** The loss alone, for validation: inputs `x` (and `lengths`), `targets`, `weights`, `theta`; output `loss`. */
export function lossModel(spec: NetworkSpec, batchSize: number): Uint8Array {
  const graph = new OnnxGraph();
  const { layout } = planNetwork(spec);
  const { parameters } = splitTheta(graph.input('theta', [thetaLength(layout)]), layout);
  graph.output(emitLoss(graph, spec, parameters, batchSize), 'loss');
  return graph.serialise();
}

/** Shape of `targets` for a number of rows. */
export function targetShape(spec: NetworkSpec, rows: number): Shape {
  const { steps, columns } = planNetwork(spec);
  const perRow = steps === undefined ? [] : [steps];
  return spec.loss === 'softmax-cross-entropy' ? [rows, ...perRow] : [rows, ...perRow, columns];
}

function emitLoss(graph: Graph, spec: NetworkSpec, parameters: Parameters, rows: number): Tensor {
  const signal = applyNetwork(spec, parameters, declareInputs(graph, spec, rows));
  const classes = spec.loss === 'softmax-cross-entropy';
  const shape = targetShape(spec, rows);
  let targets = graph.input('targets', shape, classes ? 'int32' : 'float32');
  let weights = graph.input('weights', [rows]);
  let output: Tensor;
  if (signal.kind === 'rows') output = signal.rows;
  else {
    // The output is step-major once its steps are joined, so targets and weights are turned the same way.
    output = concat(signal.steps, 0);
    const count = rows * signal.steps.length;
    const order = shape.length === 2 ? [1, 0] : [1, 0, 2];
    targets = reshape(transpose(targets, order), classes ? [count] : [count, signal.columns]);
    weights = emitReshape(
      emit(
        'Concat',
        signal.steps.map(() => weights),
        [count],
        { axis: 0 },
      ),
      [count],
    );
  }
  if (spec.loss === 'huber') return huber(output, targets, weights);
  if (!classes) return meanSquaredError(output, targets, weights);
  const zero = graph.constant(Int32Array.of(0), []);
  const wanted = emit('GreaterOrEqual', [targets, zero], targets.shape);
  const counted = graph.node('Cast', [wanted], [{ shape: targets.shape }], { to: 1 })[0] as Tensor;
  return softmaxCrossEntropy(output, emit('Max', [targets, zero], targets.shape), emitBinary('Mul', weights, counted));
}

/** Elements of `targets` per row. */
export function targetsPerRow(spec: NetworkSpec): number {
  return sizeOf(targetShape(spec, 1));
}
