import { seededRandom } from '../../core/index.ts';
import type { BenignRows, CrossScored, FoldOf } from '../../detectors/flow-novelty/cross-fit.ts';
import { crossFit } from '../../detectors/flow-novelty/cross-fit.ts';
import { config as halfSpaceConfig } from '../../detectors/half-space-trees/config.ts';
import { config as isolationConfig } from '../../detectors/isolation-forest/config.ts';
import {
  addMass,
  fitScaler,
  growIsolationForest,
  halfSpaceScores,
  isolationScores,
  plantHalfSpaceTrees,
  scaleRows,
} from '../../ml/index.ts';
import { type Both, bothOf } from './score-a.ts';

export const FORESTS = ['isolation-forest', 'half-space-trees'] as const;

/** Scores of the detectors made of random trees, with their defaults. */
export async function forestScores(
  benign: BenignRows,
  others: Float32Array,
  seed: number,
  foldOf: FoldOf,
): Promise<readonly (readonly [string, Both])[]> {
  const { columns } = benign;
  const isolation = await crossFit(
    benign,
    async (values) => {
      const scaler = fitScaler(values, values.length / columns, columns);
      const random = seededRandom(seed);
      const forest = growIsolationForest(scaleRows(scaler, values), values.length / columns, columns, isolationConfig.parse({}), random);
      return { model: forest, score: async (of: Float32Array) => [isolationScores(forest, scaleRows(scaler, of))] };
    },
    foldOf,
  );
  const halfSpace = await crossFit(
    benign,
    async (values) => {
      const scaler = fitScaler(values, values.length / columns, columns);
      const forest = plantHalfSpaceTrees(columns, halfSpaceConfig.parse({}), seededRandom(seed));
      addMass(forest, scaleRows(scaler, values));
      return { model: forest, score: async (of: Float32Array) => [halfSpaceScores(forest, scaleRows(scaler, of))] };
    },
    foldOf,
  );
  const both = async (fitted: CrossScored) => (await bothOf(fitted, others))[0] as Both;
  return [
    [FORESTS[0], await both(isolation)],
    [FORESTS[1], await both(halfSpace)],
  ];
}
