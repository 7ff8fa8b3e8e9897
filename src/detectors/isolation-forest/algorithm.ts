import { VedetteError } from '../../core/index.ts';
import {
  fitScaler,
  growIsolationForest,
  type IsolationForest,
  isolationScores,
  isolationToOnnx,
  type Scaler,
  scaleRows,
} from '../../ml/index.ts';
import { type RowAlgorithm, randomOf } from '../rows/row-detector.ts';
import type { IsolationForestConfig } from './config.ts';

export interface IsolationForestModel {
  readonly scaler: Scaler;
  readonly forest: IsolationForest;
}

/** Liu, Ting, Zhou 2008. */
export function isolationForest(options: IsolationForestConfig): RowAlgorithm<IsolationForestModel> {
  return {
    name: 'isolation-forest',
    meaning: 'few random cuts are enough to part it from the learnt rows',
    held: () => true,
    async fit(batch, seed) {
      const columns = batch.columns.length;
      const scaler = fitScaler(batch.values, batch.rows, columns);
      return { scaler, forest: growIsolationForest(scaleRows(scaler, batch.values), batch.rows, columns, options, randomOf(seed)) };
    },
    async score({ scaler, forest }, batch) {
      return { score: isolationScores(forest, scaleRows(scaler, batch.values)) };
    },
    onnx: ({ scaler, forest }) => isolationToOnnx(forest, scaler),
    pack({ scaler, forest }) {
      const { columns, sample, root, column, value, right } = forest;
      return { header: { columns, sample }, arrays: { root, column, value, right, mean: scaler.mean, inverse: scaler.inverse } };
    },
    unpack({ columns, sample }, packed) {
      const forest = {
        columns: Number(columns),
        sample: Number(sample),
        root: packed.int32('root'),
        column: packed.int32('column'),
        value: packed.float32('value'),
        right: packed.int32('right'),
      };
      if (!walkable(forest)) throw new VedetteError('MODEL_CORRUPT', 'the trees of a forest point outside it');
      return { forest, scaler: { mean: packed.float64('mean'), inverse: packed.float64('inverse') } };
    },
  };
}

function walkable({ columns, root, column, right }: IsolationForest): boolean {
  const nodes = column.length;
  const inside = (node: number, after: number) => node > after && node < nodes;
  return (
    root.every((node) => inside(node, -1)) &&
    column.every((c, node) => c < 0 || (c < columns && inside(node + 1, node) && inside(right[node] as number, node)))
  );
}
