import { describe, expect, it } from 'vitest';
import { applyLayer, declareLayer, type InnerLayer } from '../layers/layer.ts';
import { rowsSignal, type Signal, stepsSignal } from '../layers/signal.ts';
import type { Graph } from '../onnx/graph.ts';
import type { Shape, Tensor } from '../onnx/tensor.ts';
import { concat } from '../ops/index.ts';
import { checkGradients } from '../testing/gradient-check.ts';
import { network } from './spec.ts';

const STEPS = 3;
const ROWS = 2;
const COLUMNS = 2;

const LAYERS = network({
  input: { kind: 'values', steps: STEPS, columns: COLUMNS },
  layers: [
    { kind: 'gru', units: 3 },
    { kind: 'lstm', units: 3 },
    { kind: 'dense', units: 3, activation: 'tanh' },
    { kind: 'conv1d', units: 3, width: 2, activation: 'sigmoid' },
    { kind: 'last' },
    { kind: 'flatten' },
    { kind: 'bidirectional', cell: 'gru', units: 2 },
    { kind: 'bidirectional', cell: 'lstm', units: 2 },
    { kind: 'attention', units: 3 },
    { kind: 'causal-conv1d', units: 2, width: 2, dilation: 2, activation: 'tanh', residual: true },
  ],
  loss: 'mean-squared-error',
}).layers as readonly InnerLayer[];

/** Row 0 is real throughout, row 1 begins at the last step. */
function mask(graph: Graph) {
  const of = (values: readonly number[]) => graph.constant(Float32Array.from(values), [ROWS, 1]);
  const real = [of([1, 0]), of([1, 0]), of([1, 1])];
  return { real, padding: [of([0, 1]), of([0, 1]), of([0, 0])] };
}

function joined(signal: Signal): Tensor {
  return signal.kind === 'rows' ? signal.rows : concat(signal.steps, 0);
}

describe('gradients of layers against central differences, to inputs and weights', () => {
  for (const padded of [false, true]) {
    it.each(LAYERS.map((layer) => [layer.kind, layer] as const))(`%s, padded: ${padded}`, async (_, layer) => {
      const { parameters } = declareLayer(layer, 'layer', { columns: COLUMNS, steps: STEPS });
      const stepShapes: Shape[] = Array.from({ length: STEPS }, () => [ROWS, COLUMNS]);
      const { worst, largest } = await checkGradients({
        shapes: [...stepShapes, ...parameters.map(({ shape }) => shape)],
        build: (graph, inputs) => {
          const named = new Map(parameters.map(({ name }, i) => [name, inputs[STEPS + i] as Tensor]));
          const output = applyLayer(layer, 'layer', named, stepsSignal(inputs.slice(0, STEPS), padded ? mask(graph) : undefined));
          // `last` alone would leave the earlier steps without a gradient.
          return layer.kind === 'last' ? concat([joined(output), ...inputs.slice(0, STEPS - 1)], 0) : joined(output);
        },
      });
      expect(largest).toBeGreaterThan(0.01);
      expect(worst).toBeLessThan(1e-3);
    });
  }

  it('dense on plain rows', async () => {
    const layer = LAYERS[2] as InnerLayer;
    const { parameters } = declareLayer(layer, 'd', { columns: COLUMNS, steps: undefined });
    const { worst, largest } = await checkGradients({
      shapes: [[ROWS, COLUMNS], ...parameters.map(({ shape }) => shape)],
      build: (_, [x, weight, bias]) => {
        const named = new Map([
          ['d.weight', weight as Tensor],
          ['d.bias', bias as Tensor],
        ]);
        return joined(applyLayer(layer, 'd', named, rowsSignal(x as Tensor)));
      },
    });
    expect(largest).toBeGreaterThan(0.01);
    expect(worst).toBeLessThan(1e-3);
  });
});
