import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/index.ts';
import { DirectInference } from '../infer/inference.ts';
import { inferenceModel } from '../network/inference-model.ts';
import { network } from '../network/spec.ts';
import type { TrainingData } from './data.ts';
import { initialState, trainHere } from './trainer.ts';

const ROWS = 30;
const STEPS = 5;
const CLASSES = 6;
const PER_STEP = network({
  input: { kind: 'codes', steps: STEPS, vocabulary: CLASSES, padded: true },
  layers: [
    { kind: 'embedding', units: 4 },
    { kind: 'gru', units: 5 },
    { kind: 'dense', units: CLASSES },
  ],
  loss: 'softmax-cross-entropy',
});

/** Each step's target is the next code; padding has none. */
function nextCodes(): TrainingData {
  const random = seededRandom(4);
  const inputs = new Int32Array(ROWS * STEPS).fill(-1);
  const targets = new Int32Array(ROWS * STEPS).fill(-1);
  for (let row = 0; row < ROWS; row++) {
    for (let step = row % STEPS; step < STEPS; step++) {
      inputs[row * STEPS + step] = Math.floor(random() * CLASSES);
      targets[row * STEPS + step] = Math.floor(random() * CLASSES);
    }
  }
  return { rows: ROWS, inputs, targets };
}

const weighted = (weights: Float32Array): TrainingData => ({ ...nextCodes(), weights });

async function firstLoss(data: TrainingData, batchSize: number): Promise<number> {
  const { losses } = await trainHere(PER_STEP, data, { epochs: 1, batchSize, shuffle: false, seed: 8, learningRate: 1e-20 });
  return losses[0]?.training ?? Number.NaN;
}

describe('the training loss', () => {
  it('of a network that answers every step is the mean over real targets, as computed from the inference model', async () => {
    const { inputs, targets } = nextCodes();
    const model = await DirectInference.open(inferenceModel(PER_STEP, initialState(PER_STEP, 8).theta));
    const { log_probabilities } = await model.run({ x: { data: inputs as Int32Array, shape: [ROWS, STEPS] } });
    await model.close();
    let sum = 0;
    let count = 0;
    for (const [i, target] of targets.entries()) {
      if (target < 0) continue;
      sum -= log_probabilities?.data[i * CLASSES + target] as number;
      count++;
    }
    for (const batchSize of [ROWS, 7, 64]) expect(await firstLoss(nextCodes(), batchSize)).toBeCloseTo(sum / count, 5);
  });

  it('does not count rows of weight 0, nor the padding of the last batch', async () => {
    const whole = await firstLoss(weighted(new Float32Array(ROWS).fill(2)), ROWS);
    expect(await firstLoss(nextCodes(), 64)).toBeCloseTo(whole, 5);
    const data = weighted(Float32Array.from({ length: ROWS }, (_, row) => Number(row < 10)));
    const few = nextCodes();
    const ten = { rows: 10, inputs: few.inputs.slice(0, 10 * STEPS), targets: few.targets.slice(0, 10 * STEPS) };
    expect(await firstLoss(data, ROWS)).toBeCloseTo(await firstLoss(ten, 10), 5);
    expect(await firstLoss(data, ROWS)).not.toBeCloseTo(whole, 5);
  });

  it('ends with an error that helps when it is not finite', async () => {
    const spec = network({
      input: { kind: 'values', steps: 1, columns: 1 },
      layers: [{ kind: 'dense', units: 1 }],
      loss: 'mean-squared-error',
    });
    const data = { rows: 2, inputs: Float32Array.of(1, Number.NaN), targets: Float32Array.of(1, 1) };
    await expect(trainHere(spec, data, { epochs: 1 })).rejects.toMatchObject({
      code: 'DATA_INSUFFICIENT',
      hint: expect.stringContaining('NaN'),
    });
  });
});

describe('padding before layers that are not recurrent', () => {
  it('is zero to them', async () => {
    const spec = network({
      input: { kind: 'codes', steps: 3, vocabulary: 4, padded: true },
      layers: [{ kind: 'embedding', units: 3 }, { kind: 'flatten' }, { kind: 'dense', units: 4 }],
      loss: 'softmax-cross-entropy',
    });
    const { theta } = initialState(spec, 2);
    const model = await DirectInference.open(inferenceModel(spec, theta));
    const { log_probabilities } = await model.run({ x: { data: Int32Array.of(-1, 2, 1, 0, 2, 1), shape: [2, 3] } });
    await model.close();
    const bare = theta.slice();
    bare.fill(0, 0, 3); // the vector of code 0
    const zeroed = await DirectInference.open(inferenceModel(spec, bare));
    const again = await zeroed.run({ x: { data: Int32Array.of(0, 2, 1), shape: [1, 3] } });
    await zeroed.close();
    expect(log_probabilities?.data.slice(0, 4)).toEqual(again.log_probabilities?.data);
    expect(log_probabilities?.data.slice(4)).not.toEqual(again.log_probabilities?.data);
  });
});
