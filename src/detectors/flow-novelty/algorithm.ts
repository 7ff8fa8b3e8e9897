import { networkSchema, noveltyToOnnx } from '../../ml/index.ts';
import { type RowAlgorithm, randomOf, selectBatch } from '../rows/row-detector.ts';
import { aggregated, surprise } from './aggregate.ts';
import { ARM_NAMES, type ArmScores, armScores, fitNoveltyArms, type NoveltyArms } from './arms.ts';
import type { FlowNoveltyConfig } from './config.ts';
import { armArrays, armsOf } from './pack-arms.ts';

export interface FlowNoveltyModel {
  readonly arms: NoveltyArms;
  /** Scores of rows the arms had not seen. */
  readonly normal: ArmScores;
}

/** The mean surprise of three arms; what each finds normal is measured on every fourth row, which it does not learn from. */
export function flowNovelty(options: FlowNoveltyConfig): RowAlgorithm<FlowNoveltyModel> {
  return {
    name: 'flow-novelty',
    meaning: 'it is unlike learnt flows to nearest neighbours, an autoencoder and a classifier of shuffled columns together',
    held: () => true,
    async fit(batch, seed, progress) {
      const every = Array.from({ length: batch.rows }, (_, row) => row);
      const known = selectBatch(
        batch,
        every.filter((row) => row % 4 !== 3),
      );
      const arms = await fitNoveltyArms(known.values, batch.columns.length, options, randomOf(seed));
      progress(0.8);
      const unseen = selectBatch(
        batch,
        every.filter((row) => row % 4 === 3),
      );
      return { arms, normal: await armScores(arms, unseen.values, options.neighbours) };
    },
    async score({ arms, normal }, batch) {
      const scores = await armScores(arms, batch.values, options.neighbours);
      const parts = Object.fromEntries(ARM_NAMES.map((arm) => [arm, surprise(normal[arm], scores[arm])]));
      return { score: aggregated(undefined, Object.values(parts)), arms: parts };
    },
    onnx: ({ arms, normal }) => noveltyToOnnx({ ...arms, neighbours: options.neighbours, normal }),
    pack({ arms, normal }) {
      return {
        header: { spec: arms.autoencoder.spec },
        arrays: {
          ...armArrays(arms),
          ...Object.fromEntries(ARM_NAMES.map((arm) => [`normal-${arm}`, normal[arm]])),
        },
      };
    },
    unpack({ spec }, packed) {
      return {
        arms: armsOf(packed, networkSchema.parse(spec)),
        normal: Object.fromEntries(ARM_NAMES.map((arm) => [arm, packed.float64(`normal-${arm}`)])) as unknown as ArmScores,
      };
    },
  };
}
