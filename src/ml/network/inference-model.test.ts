import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/index.ts';
import { DirectInference } from '../infer/inference.ts';
import type { TensorValues } from '../infer/runtime.ts';
import { inferenceModel, type ModelForm } from './inference-model.ts';
import { planNetwork } from './network.ts';
import { initialTheta } from './parameters.ts';
import { type NetworkSpec, network } from './spec.ts';

const STEPS = 6;
const VOCABULARY = 9;

function spec(kind: 'gru' | 'lstm', padded: boolean, end: 'last' | 'steps' | 'flatten' = 'last'): NetworkSpec {
  return network({
    input: { kind: 'codes', steps: STEPS, vocabulary: VOCABULARY, padded },
    layers: [
      { kind: 'embedding', units: 7 },
      { kind, units: 8 },
      { kind, units: 5 },
      ...(end === 'steps' ? [] : [{ kind: end }]),
      { kind: 'dense', units: VOCABULARY },
    ],
    loss: 'softmax-cross-entropy',
  });
}

const thetaOf = (network: NetworkSpec) => initialTheta(planNetwork(network).layout, seededRandom(3));

/** Rows of random codes, left-padded to a random length (also 0) when asked. */
function codes(rows: number, padded: boolean): Int32Array {
  const random = seededRandom(rows);
  const x = new Int32Array(rows * STEPS).fill(-1);
  for (let row = 0; row < rows; row++) {
    const from = padded ? Math.floor(random() * (STEPS + 1)) : 0;
    for (let step = from; step < STEPS; step++) x[row * STEPS + step] = Math.floor(random() * VOCABULARY);
  }
  return x;
}

async function run(network: NetworkSpec, form: ModelForm, inputs: TensorValues): Promise<Float32Array> {
  const model = await DirectInference.open(inferenceModel(network, thetaOf(network), form));
  const output = Object.values(await model.run(inputs))[0];
  await model.close();
  return output?.data as Float32Array;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] as number))), 0);
}

describe('inferenceModel', () => {
  for (const kind of ['gru', 'lstm'] as const) {
    for (const padded of [false, true]) {
      it.each(['last', 'steps', 'flatten'] as const)(`${kind}, padded: ${padded}, ending on %s: fused and unrolled agree`, async (end) => {
        const network = spec(kind, padded, end);
        const x = { x: { data: codes(20, padded), shape: [20, STEPS] } };
        const fused = await run(network, 'fused', x);
        expect(fused.length).toBe(20 * VOCABULARY * (end === 'steps' ? STEPS : 1));
        expect(largestDifference(fused, await run(network, 'unrolled', x))).toBeLessThan(2e-6);
      });
    }

    it.each(['fused', 'unrolled'] as const)(`${kind}: left padding does not change the result, %s`, async (form) => {
      const long = spec(kind, true);
      const short = network({ ...long, input: { kind: 'codes', steps: 2, vocabulary: VOCABULARY, padded: false } });
      const padded = await run(long, form, { x: { data: Int32Array.of(-1, -1, -1, -1, 4, 7), shape: [1, STEPS] } });
      const plain = await run(short, form, { x: { data: Int32Array.of(4, 7), shape: [1, 2] } });
      expect(padded).toEqual(plain);
    });
  }

  it.each(['last', 'flatten', 'steps', 'gru'] as const)('convolutions ending on %s: fused and unrolled agree', async (end) => {
    const ending = {
      last: [{ kind: 'last' }],
      flatten: [{ kind: 'flatten' }],
      steps: [],
      gru: [{ kind: 'gru', units: 4 }, { kind: 'last' }],
    } as const;
    for (const causal of [false, true]) {
      const layers = causal
        ? ([
            { kind: 'causal-conv1d', units: 5, width: 2, activation: 'tanh' },
            { kind: 'causal-conv1d', units: 5, width: 3, dilation: 2, residual: true },
          ] as const)
        : ([
            { kind: 'conv1d', units: 4, width: 3, activation: 'relu' },
            { kind: 'conv1d', units: 5, width: 2 },
          ] as const);
      const convolved = network({
        input: { kind: 'values', steps: 9, columns: 3 },
        layers: [...layers, ...ending[end], { kind: 'dense', units: 2 }],
        loss: 'huber',
      });
      const random = seededRandom(8);
      const x = { x: { data: Float32Array.from({ length: 7 * 27 }, () => 2 * random() - 1), shape: [7, 9, 3] } };
      const fused = await run(convolved, 'fused', x);
      expect(fused.length).toBe(7 * 2 * (end === 'steps' ? (causal ? 9 : 6) : 1));
      expect(largestDifference(fused, await run(convolved, 'unrolled', x))).toBeLessThan(2e-6);
    }
  });

  it.each(['fused', 'unrolled'] as const)('gives a row the same bits in any batch, %s', async (form) => {
    const data = codes(40, true);
    const model = await DirectInference.open(inferenceModel(spec('gru', true), thetaOf(spec('gru', true)), form));
    const score = async (from: number, to: number) => {
      const x = { data: data.slice(from * STEPS, to * STEPS), shape: [to - from, STEPS] };
      return (await model.run({ x })).log_probabilities?.data as Float32Array;
    };
    const whole = await score(0, 40);
    for (const size of [1, 2, 3, 7, 16]) {
      for (let from = 0; from + size <= 40; from += size) {
        expect(await score(from, from + size)).toEqual(whole.slice(from * VOCABULARY, (from + size) * VOCABULARY));
      }
    }
    await model.close();
  });

  it.each(['fused', 'unrolled'] as const)('gives log-probabilities that sum to 1, %s', async (form) => {
    const logs = await run(spec('gru', true), form, { x: { data: codes(5, true), shape: [5, STEPS] } });
    for (let row = 0; row < 5; row++) {
      const total = logs.subarray(row * VOCABULARY, (row + 1) * VOCABULARY).reduce((sum, log) => sum + Math.exp(log), 0);
      expect(total).toBeCloseTo(1, 5);
    }
  });

  it.each(['fused', 'unrolled'] as const)('takes padded values with their lengths, %s', async (form) => {
    const values = network({
      input: { kind: 'values', steps: 3, columns: 2, padded: true },
      layers: [{ kind: 'lstm', units: 4 }, { kind: 'last' }, { kind: 'dense', units: 2 }],
      loss: 'mean-squared-error',
    });
    const lengths = { data: Int32Array.of(1, 1), shape: [2] };
    const data = Float32Array.of(9, 9, 9, 9, 0.5, -1, 0, 0, 0, 0, 0.5, -1);
    const output = await run(values, form, { x: { data, shape: [2, 3, 2] }, lengths });
    expect(output.subarray(0, 2)).toEqual(output.subarray(2, 4));
    expect(output.every(Number.isFinite)).toBe(true);
  });

  it('is the same bytes for the same weights', () => {
    const network = spec('gru', true);
    expect(inferenceModel(network, thetaOf(network))).toEqual(inferenceModel(network, thetaOf(network)));
  });

  it('refuses weights of another network', () => {
    expect(() => inferenceModel(spec('gru', true), new Float32Array(3))).toThrow('theta has 3');
  });

  it('refuses layers that do not fit', () => {
    const input = { kind: 'codes', steps: 3, vocabulary: 4 } as const;
    const loss = 'softmax-cross-entropy';
    expect(() => planNetwork(network({ input, layers: [{ kind: 'gru', units: 3 }], loss }))).toThrow('cannot begin');
    const afterLast = network({ input, layers: [{ kind: 'one-hot' }, { kind: 'last' }, { kind: 'gru', units: 3 }], loss });
    expect(() => planNetwork(afterLast)).toThrow('needs steps');
    const tooWide = network({ input, layers: [{ kind: 'one-hot' }, { kind: 'conv1d', units: 3, width: 4 }], loss });
    expect(() => planNetwork(tooWide)).toThrow('slides 4 steps over 3');
  });
});
