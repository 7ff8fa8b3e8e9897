import { VedetteError } from '../../core/index.ts';
import { Graph } from '../onnx/graph.ts';
import { DYNAMIC, type Tensor } from '../onnx/tensor.ts';
import { emit, emitReshape } from '../ops/emit.ts';
import { concat } from '../ops/index.ts';
import { applyFusedNetwork } from './fused-network.ts';
import { applyNetwork, declareInputs, planNetwork } from './network.ts';
import { storeTheta, thetaLength } from './parameters.ts';
import type { NetworkSpec } from './spec.ts';

/**
 * `fused` uses ONNX's own GRU, LSTM and Conv operators: fastest for few rows. `unrolled` repeats the cells as in training: fastest
 * for hundreds of rows at once. They agree to float32 rounding.
 */
export type ModelForm = 'fused' | 'unrolled';

/**
 * The trained network as an ONNX model for any number of rows. Inputs `x` (and `lengths`) as in the specification; output
 * `log_probabilities` (natural logarithm; rows, classes) for softmax-cross-entropy, else `prediction` (rows, columns); with a
 * step axis in between when the layers end on steps. Throws MODEL_MISMATCH when theta has another length.
 */
export function inferenceModel(spec: NetworkSpec, theta: Float32Array, form: ModelForm = 'fused'): Uint8Array {
  const { layout, columns, steps } = planNetwork(spec);
  if (theta.length !== thetaLength(layout)) {
    throw new VedetteError('MODEL_MISMATCH', `the network has ${thetaLength(layout)} weights, theta has ${theta.length}`);
  }
  const graph = new Graph();
  const signal =
    form === 'fused'
      ? applyFusedNetwork(graph, spec, theta)
      : applyNetwork(spec, storeTheta(graph, theta, layout), declareInputs(graph, spec, DYNAMIC));
  let output: Tensor;
  if (signal.kind === 'rows') output = signal.rows;
  else {
    const perStep = signal.steps.map((step) => emitReshape(step, [DYNAMIC, 1, columns]));
    output = concat(perStep, 1);
    if (perStep.length !== steps) throw new RangeError(`${perStep.length} steps where ${steps} were planned`);
  }
  if (spec.loss !== 'softmax-cross-entropy') graph.output(output, 'prediction');
  else graph.output(emit('LogSoftmax', [output], output.shape, { axis: -1 }), 'log_probabilities');
  return graph.serialise();
}
