import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../core/index.ts';
import { DirectInference } from '../../infer/inference.ts';
import { inferenceModel } from '../../network/inference-model.ts';
import { initialState } from '../../train/trainer.ts';
import { SMALL_INPUTS, SMALL_WINDOW, SmallNetwork, smallInputs, smallNetworkSpec } from './small-network.ts';
import { trainSmallNetwork } from './train-small-network.ts';

/** A logistic map: its next value follows from the last one, but no linear forecast finds it. */
function chaotic(rows: number): Float64Array {
  let x = 0.4;
  return Float64Array.from({ length: rows }, () => {
    x = 3.8 * x * (1 - x);
    return 100 + 20 * x;
  });
}

function historyOf(value: Float64Array, error = 5) {
  return {
    value,
    usual: new Float64Array(value.length).fill(112),
    error: new Float64Array(value.length).fill(error),
    unbroken: Float64Array.from(value, (_, i) => i + 1),
  };
}

describe('a small network', () => {
  it('forecasts in plain arithmetic what the inference engine forecasts', async () => {
    const spec = smallNetworkSpec();
    const { theta } = initialState(spec, 3);
    const scale = { change: 2, mean: 110, spread: 7 };
    const network = new SmallNetwork(theta, scale);
    const engine = await DirectInference.open(inferenceModel(spec, theta));
    const random = seededRandom(5);
    for (let i = 0; i < 20; i++) {
      const window = Float64Array.from({ length: SMALL_WINDOW }, () => 100 + 20 * random());
      const usual = 100 + 20 * random();
      const inputs = new Float32Array(SMALL_INPUTS);
      smallInputs(window, usual, scale, inputs, 0);
      const result = await engine.run({ x: { data: inputs, shape: [1, 1, SMALL_INPUTS] } });
      const change = (result.prediction?.data[0] as number) * scale.change;
      expect(network.predict(window, usual)).toBeCloseTo((window[SMALL_WINDOW - 1] as number) + change, 4);
    }
    await engine.close();
  });

  it('learns what no linear forecast finds, the same weights each time', async () => {
    const learn = () => trainSmallNetwork(historyOf(chaotic(1_000)), 1, new AbortController().signal);
    const [first, again] = [await learn(), await learn()];
    expect(first?.networkError).toBeLessThan(1.5);
    expect(first?.profileError).toBeCloseTo(5);
    expect(again?.network.theta).toEqual(first?.network.theta);
  });

  it('is not trained on too few unbroken readings', async () => {
    const history = { ...historyOf(chaotic(1_000)), unbroken: new Float64Array(1_000).fill(3) };
    expect(await trainSmallNetwork(history, 1, new AbortController().signal)).toBeUndefined();
  });
});
