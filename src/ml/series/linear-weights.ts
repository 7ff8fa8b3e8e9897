import { z } from 'zod';
import type { ForecasterArrays, SavedForecaster } from './forecaster.ts';
import { type Scaling, scalingSchema } from './scaler.ts';

/** What a forecaster that is linear in scaled values has learnt. */
export interface LinearWeights {
  readonly steps: number;
  readonly scaling: readonly Scaling[];
  /** (columns, targets) */
  readonly weights: Float64Array;
}

const plain = z.object({ scaling: scalingSchema });

export function saveWeights({ scaling, weights }: LinearWeights): SavedForecaster {
  return { plain: { scaling }, arrays: { weights } };
}

export function loadWeights(steps: number, saved: unknown, arrays: ForecasterArrays): LinearWeights {
  return { steps, scaling: plain.parse(saved).scaling, weights: arrays.float64('weights') };
}
