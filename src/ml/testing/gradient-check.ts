import { type Random, seededRandom } from '../../core/index.ts';
import { DirectInference } from '../infer/inference.ts';
import { Graph } from '../onnx/graph.ts';
import { type Shape, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { multiply, sum } from '../ops/index.ts';

/** Step of the central difference: float32 outputs carry about 1e-7, so the quotient carries about 1e-5. */
const STEP = 5e-3;

export interface GradientCheck {
  readonly shapes: readonly Shape[];
  /** The function under test; other inputs are constants of the graph. */
  readonly build: (graph: Graph, inputs: readonly Tensor[]) => Tensor;
  /** Values of the inputs; default uniform in [-1.5, 1.5]. */
  readonly value?: (random: Random) => number;
}

export interface GradientError {
  /** Largest |analytic - numeric| / max(1, |numeric|) over all inputs. */
  readonly worst: number;
  /** Largest |numeric|: a check of zeros would prove nothing. */
  readonly largest: number;
}

/**
 * Compares the emitted gradient of sum(build(inputs) * fixed random weights) with central differences, element by element.
 * The weighted sum of the differences is taken in float64.
 */
export async function checkGradients({ shapes, build, value }: GradientCheck): Promise<GradientError> {
  const random = seededRandom(7);
  const graph = new Graph();
  const inputs = shapes.map((shape, i) => graph.input(`x${i}`, shape, 'float32', true));
  const output = build(graph, inputs);
  const weights = Float32Array.from({ length: sizeOf(output.shape) }, () => random() * 2 - 1);
  const loss = sum(multiply(output, graph.constant(weights, output.shape)));
  for (const [i, gradient] of graph.gradients(loss, inputs).entries()) graph.output(gradient, `g${i}`);
  graph.output(output, 'y');
  const model = await DirectInference.open(graph.serialise());
  const draw = value ?? ((uniform: Random) => uniform() * 3 - 1.5);
  const values = shapes.map((shape) => Float32Array.from({ length: sizeOf(shape) }, () => draw(random)));
  const run = () => model.run(Object.fromEntries(values.map((data, i) => [`x${i}`, { data, shape: shapes[i] as Shape }])));
  const analytic = await run();
  let worst = 0;
  let largest = 0;
  for (const [i, array] of values.entries()) {
    for (let k = 0; k < array.length; k++) {
      const at = array[k] as number;
      array[k] = at + STEP;
      const above = { x: array[k] as number, y: (await run()).y?.data as Float32Array };
      array[k] = at - STEP;
      const below = { x: array[k] as number, y: (await run()).y?.data as Float32Array };
      array[k] = at;
      const change = weights.reduce((total, weight, j) => total + weight * ((above.y[j] as number) - (below.y[j] as number)), 0);
      const numeric = change / (above.x - below.x);
      const exact = analytic[`g${i}`]?.data[k] as number;
      worst = Math.max(worst, Math.abs(exact - numeric) / Math.max(1, Math.abs(numeric)));
      largest = Math.max(largest, Math.abs(numeric));
    }
  }
  await model.close();
  return { worst, largest };
}
