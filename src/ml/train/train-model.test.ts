import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/index.ts';
import { DirectInference } from '../infer/inference.ts';
import { inferenceModel } from '../network/inference-model.ts';
import { type NetworkSpec, network } from '../network/spec.ts';
import { trainModel } from './train-model.ts';
import { trainHere } from './trainer.ts';

const STEPS = 4;
const VOCABULARY = 6;
const SPEC = network({
  input: { kind: 'codes', steps: STEPS, vocabulary: VOCABULARY, padded: true },
  layers: [{ kind: 'embedding', units: 8 }, { kind: 'gru', units: 12 }, { kind: 'last' }, { kind: 'dense', units: VOCABULARY }],
  loss: 'softmax-cross-entropy',
});

/** Each code is followed by (5 code + 1) mod 6; rows begin at random lengths. */
function cycles(rows: number, seed: number) {
  const random = seededRandom(seed);
  const inputs = new Int32Array(rows * STEPS).fill(-1);
  const targets = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let code = Math.floor(random() * VOCABULARY);
    for (let step = Math.floor(random() * STEPS); step < STEPS; step++) {
      inputs[row * STEPS + step] = code;
      code = (code * 5 + 1) % VOCABULARY;
    }
    targets[row] = code;
  }
  return { rows, inputs, targets };
}

const OPTIONS = { epochs: 6, batchSize: 64, learningRate: 0.02, seed: 5, validationRows: 50 };

async function logProbabilities(spec: NetworkSpec, theta: Float32Array, rows: number, x: Int32Array): Promise<Float32Array> {
  const model = await DirectInference.open(inferenceModel(spec, theta));
  const { log_probabilities } = await model.run({ x: { data: x, shape: [rows, STEPS] } });
  await model.close();
  return log_probabilities?.data as Float32Array;
}

describe('trainModel', () => {
  it('learns a deterministic sequence, reports progress and gives the same bytes as the direct trainer', async () => {
    const epochs = new Set<number>();
    const inWorker = await trainModel(SPEC, cycles(650, 1), { ...OPTIONS, onProgress: ({ epoch }) => epochs.add(epoch) });
    const here = await trainHere(SPEC, cycles(650, 1), OPTIONS);
    expect(Buffer.from(inWorker.theta.buffer).equals(Buffer.from(here.theta.slice().buffer))).toBe(true);
    expect(inWorker.losses).toEqual(here.losses);
    expect([...epochs]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(inWorker.stopped).toBe('finished');
    const { inputs, targets, rows } = cycles(200, 2);
    const logp = await logProbabilities(SPEC, inWorker.theta, rows, inputs);
    let right = 0;
    for (let row = 0; row < rows; row++) {
      const scores = [...logp.subarray(row * VOCABULARY, (row + 1) * VOCABULARY)];
      if (scores.indexOf(Math.max(...scores)) === targets[row]) right++;
    }
    expect(right).toBeGreaterThan(190);
  });

  it('gives other bytes for another seed', async () => {
    const one = await trainHere(SPEC, cycles(200, 1), { ...OPTIONS, epochs: 1 });
    const other = await trainHere(SPEC, cycles(200, 1), { ...OPTIONS, epochs: 1, seed: 6 });
    expect(one.theta).not.toEqual(other.theta);
  });

  it('resumes to the same bytes as training in one go, also from the middle of an epoch', async () => {
    const whole = await trainHere(SPEC, cycles(650, 1), { ...OPTIONS, epochs: 3 });
    let asked = 0;
    const part = await trainHere(SPEC, cycles(650, 1), { ...OPTIONS, epochs: 3 }, { shouldStop: () => asked++ === 14 });
    expect(part.stopped).toBe('aborted');
    expect(part.state.step).toBe(14);
    const rest = await trainModel(SPEC, cycles(650, 1), { ...OPTIONS, epochs: 3, resume: part.state });
    expect(rest.theta).toEqual(whole.theta);
    expect(rest.state.m).toEqual(whole.state.m);
    expect(rest.state.step).toBe(30);
  });

  it('stops when aborted and keeps the state', async () => {
    const controller = new AbortController();
    const result = await trainModel(SPEC, cycles(20000, 1), {
      ...OPTIONS,
      epochs: 1000,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(result.stopped).toBe('aborted');
    expect(result.state.step).toBeGreaterThan(0);
  });

  it('stops early and returns the weights of the lowest validation loss', async () => {
    const random = seededRandom(9);
    const noise = { ...cycles(150, 1), targets: Int32Array.from({ length: 150 }, () => Math.floor(random() * VOCABULARY)) };
    const result = await trainHere(SPEC, noise, { ...OPTIONS, epochs: 200, patience: 3 });
    expect(result.stopped).toBe('early');
    const lowest = Math.min(...result.losses.map(({ validation }) => validation));
    expect(result.losses.at(-4)?.validation).toBe(lowest);
    expect(result.theta).not.toEqual(result.state.theta);
  });

  it('hands arrays over without a copy', async () => {
    const data = cycles(100, 1);
    await trainModel(SPEC, data, { ...OPTIONS, epochs: 1 });
    expect(data.inputs.length).toBe(0);
  });

  it('refuses data that do not fit, naming the value', async () => {
    const bad = cycles(10, 1);
    bad.inputs[3] = 77;
    await expect(trainModel(SPEC, bad, { epochs: 1 })).rejects.toMatchObject({
      code: 'MODEL_MISMATCH',
      message: expect.stringContaining('77'),
    });
    await expect(trainHere(SPEC, { ...cycles(10, 1), rows: 9 }, { epochs: 1 })).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
    await expect(trainHere(SPEC, cycles(10, 1), { epochs: 0 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const weights = new Float32Array(10).fill(1).fill(-2, 4, 5);
    await expect(trainHere(SPEC, { ...cycles(10, 1), weights }, { epochs: 1 })).rejects.toThrow('weight -2 at 4');
    const wrongTarget = cycles(10, 1);
    wrongTarget.targets[0] = 6;
    await expect(trainHere(SPEC, wrongTarget, { epochs: 1 })).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
  });
});
