import { VedetteError } from '../../core/index.ts';
import {
  addMass,
  fitScaler,
  type HalfSpaceTrees,
  halfSpaceScores,
  halfSpaceToOnnx,
  plantHalfSpaceTrees,
  type Scaler,
  scaleRows,
} from '../../ml/index.ts';
import { type RowAlgorithm, randomOf } from '../rows/row-detector.ts';
import type { HalfSpaceConfig } from './config.ts';

export interface HalfSpaceModel {
  readonly scaler: Scaler;
  readonly forest: HalfSpaceTrees;
}

/** Tan, Ting, Liu 2011. */
export function halfSpaceTrees(options: HalfSpaceConfig): RowAlgorithm<HalfSpaceModel> {
  return {
    name: 'half-space-trees',
    meaning: 'few learnt rows lie in the same part of the space',
    held: () => true,
    async fit(batch, seed) {
      const scaler = fitScaler(batch.values, batch.rows, batch.columns.length);
      const forest = plantHalfSpaceTrees(batch.columns.length, options, randomOf(seed));
      addMass(forest, scaleRows(scaler, batch.values));
      return { scaler, forest };
    },
    async score({ scaler, forest }, batch) {
      return { score: halfSpaceScores(forest, scaleRows(scaler, batch.values)) };
    },
    onnx: ({ scaler, forest }) => halfSpaceToOnnx(forest, scaler),
    pack({ scaler, forest }) {
      const { columns, trees, depth, column, cut, mass } = forest;
      return { header: { columns, trees, depth }, arrays: { column, cut, mass, mean: scaler.mean, inverse: scaler.inverse } };
    },
    unpack(header, packed) {
      const [columns, trees, depth] = [Number(header.columns), Number(header.trees), Number(header.depth)];
      const forest = { columns, trees, depth, column: packed.int32('column'), cut: packed.float32('cut'), mass: packed.float64('mass') };
      const inner = trees * (2 ** depth - 1);
      if (!(forest.column.length === inner && forest.cut.length === inner && forest.mass.length === 2 * inner + trees)) {
        throw new VedetteError('MODEL_CORRUPT', 'the half-space trees of a model are incomplete');
      }
      return { forest, scaler: { mean: packed.float64('mean'), inverse: packed.float64('inverse') } };
    },
  };
}
