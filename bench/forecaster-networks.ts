import { type NetworkAlgorithm, type NetworkSpec, networkOf } from '../src/ml/index.ts';

/** Forecasters that are no recurrent layers, as `train forecast` makes them: four channels and a calendar of four columns, twelve steps ahead. */
export const FORECASTERS: readonly NetworkAlgorithm[] = ['mlp', 'cnn', 'tcn'];
export const FORECAST_SHAPE = { window: 36, columns: 8, steps: 12, channels: 4 } as const;
export const FORECAST_OUTPUTS = FORECAST_SHAPE.steps * FORECAST_SHAPE.channels;

export function forecasterSpec(algorithm: NetworkAlgorithm): NetworkSpec {
  return networkOf(algorithm, FORECAST_SHAPE);
}
