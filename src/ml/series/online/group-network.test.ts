import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../core/index.ts';
import { DirectInference } from '../../infer/inference.ts';
import { inferenceModel } from '../../network/inference-model.ts';
import { initialState } from '../../train/trainer.ts';
import { GROUP_ALGORITHMS, GROUP_WINDOW, GroupNetwork, groupInputs, groupNetworkSpec } from './group-network.ts';
import { type GroupHistory, trainGroupNetwork } from './train-group-network.ts';

/** A logistic map: its next value follows from the last one, but no linear forecast finds it. */
function chaotic(rows: number): number[] {
  let x = 0.4;
  return Array.from({ length: rows }, () => {
    x = 3.8 * x * (1 - x);
    return 100 + 20 * x;
  });
}

function historyOf(columns: readonly (readonly number[])[], base: readonly number[]): GroupHistory {
  const [first = []] = columns;
  const rows = first.length;
  const channels = columns.length;
  return {
    ...{ rows, channels },
    value: Float64Array.from({ length: rows * channels }, (_, i) => columns[i % channels]?.[Math.floor(i / channels)] as number),
    base: Float64Array.from({ length: rows * channels }, (_, i) => base[i % channels] as number),
    unbroken: Float64Array.from({ length: rows }, (_, i) => i + 1),
    whole: new Float64Array(rows).fill(1),
  };
}

const noStop = () => new AbortController().signal;

describe('a network of a group of channels', () => {
  it.each(GROUP_ALGORITHMS)('%s: forecasts in plain arithmetic what the inference engine forecasts', async (algorithm) => {
    const channels = 3;
    const spec = groupNetworkSpec(algorithm, channels);
    const { theta } = initialState(spec, 3);
    const scale = { change: [2, 1, 3], error: [1, 2, 0.5], mean: [110, 5, 0], spread: [7, 1, 2] };
    const network = new GroupNetwork({ algorithm, theta, scale });
    const engine = await DirectInference.open(inferenceModel(spec, theta));
    const random = seededRandom(5);
    for (let i = 0; i < 20; i++) {
      const window = Float64Array.from({ length: GROUP_WINDOW * channels }, () => 100 + 20 * random());
      const base = Float64Array.from({ length: channels }, () => 100 + 20 * random());
      const inputs = new Float32Array((GROUP_WINDOW + 1) * channels);
      groupInputs(window, base, scale, inputs, 0);
      const result = await engine.run({ x: { data: inputs, shape: [1, GROUP_WINDOW + 1, channels] } });
      for (const [c, expected] of network.predict(window, base).entries()) {
        const correction = (result.prediction?.data[c] as number) * (scale.error[c] as number);
        expect(expected).toBeCloseTo((base[c] as number) + correction, 4);
      }
    }
    await engine.close();
  });

  it('learns what no linear forecast finds, the same weights each time', async () => {
    const history = historyOf([chaotic(1_000)], [112]);
    const learn = () => trainGroupNetwork(history, 'mlp', 1, noStop());
    const [first, again] = [await learn(), await learn()];
    expect(first?.errors[0]?.network).toBeLessThan(0.3 * (first?.errors[0]?.profile as number));
    expect(again?.network.weights.theta).toEqual(first?.network.weights.theta);
  });

  it.each(['mlp', 'gru'] as const)('%s: sees in one channel what another will do', async (algorithm) => {
    const random = seededRandom(7);
    const leader = Array.from({ length: 1_200 }, () => random());
    const follower = leader.map((_, i) => leader[Math.max(0, i - 2)] as number);
    const together = await trainGroupNetwork(historyOf([leader, follower], [0.5, 0.5]), algorithm, 1, noStop());
    const alone = await trainGroupNetwork(historyOf([follower], [0.5]), algorithm, 1, noStop());
    const [, gain] = together?.errors ?? [];
    expect(gain?.network).toBeLessThan(0.5 * (gain?.profile as number));
    expect(alone?.errors[0]?.network).toBeGreaterThan(0.9 * (gain?.profile as number));
  });

  it('is not trained on too few unbroken rows, nor on rows that lack a channel', async () => {
    const history = historyOf([chaotic(1_000)], [112]);
    const broken = { ...history, unbroken: new Float64Array(1_000).fill(3) };
    expect(await trainGroupNetwork(broken, 'mlp', 1, noStop())).toBeUndefined();
    expect(await trainGroupNetwork({ ...history, whole: new Float64Array(1_000) }, 'mlp', 1, noStop())).toBeUndefined();
  });
});
