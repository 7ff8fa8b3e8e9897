import { expect, it } from 'vitest';
import { seededRandom } from '../../core/index.ts';
import { inferenceModel } from '../network/inference-model.ts';
import { networkOf } from '../series/networks.ts';
import { initialState } from '../train/trainer.ts';
import { DirectInference } from './inference.ts';
import { PlainNetwork } from './plain-network.ts';

it.each(['mlp', 'gru', 'lstm', 'tcn'] as const)(
  '%s: one row in plain arithmetic is what the inference engine makes of it',
  async (algorithm) => {
    const shape = { window: 13, columns: 3, steps: 2, channels: 3 };
    const spec = networkOf(algorithm, shape);
    const { theta } = initialState(spec, 4);
    const plain = new PlainNetwork(spec, theta);
    const engine = await DirectInference.open(inferenceModel(spec, theta));
    const random = seededRandom(9);
    for (let row = 0; row < 5; row++) {
      const data = Float32Array.from({ length: shape.window * shape.columns }, () => 4 * random() - 2);
      const outputs = await engine.run({ x: { data, shape: [1, shape.window, shape.columns] } });
      const own = plain.run(data);
      expect(own.length).toBe(6);
      for (const [i, value] of own.entries()) expect(value).toBeCloseTo(Object.values(outputs)[0]?.data[i] as number, 5);
    }
    await engine.close();
  },
);
