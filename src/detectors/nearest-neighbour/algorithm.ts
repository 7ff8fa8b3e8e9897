import { shuffle } from '../../core/index.ts';
import { fitScaler, HALF_A_FLAG, neighbourDistances, neighboursToOnnx, type Scaler, scaleRows } from '../../ml/index.ts';
import { type RowAlgorithm, randomOf, selectBatch } from '../rows/row-detector.ts';
import type { NearestNeighbourConfig } from './config.ts';

export interface NearestNeighbourModel {
  readonly scaler: Scaler;
  readonly references: Float32Array;
}

export function nearestNeighbour({ neighbours, references }: NearestNeighbourConfig): RowAlgorithm<NearestNeighbourModel> {
  return {
    name: 'nearest-neighbour',
    meaning: 'no learnt row is near it',
    held: () => true,
    async fit(batch, seed) {
      const scaler = fitScaler(batch.values, batch.rows, batch.columns.length, HALF_A_FLAG);
      const order = shuffle(
        Array.from({ length: batch.rows }, (_, row) => row),
        randomOf(seed),
      );
      const kept = order.slice(0, references).sort((a, b) => a - b);
      return { scaler, references: scaleRows(scaler, selectBatch(batch, kept).values) };
    },
    async score({ scaler, references: known }, batch) {
      return { score: neighbourDistances(known, scaleRows(scaler, batch.values), batch.columns.length, neighbours) };
    },
    onnx: ({ scaler, references: known }) => neighboursToOnnx(known, neighbours, scaler),
    pack({ scaler, references: known }) {
      return { header: {}, arrays: { references: known, mean: scaler.mean, inverse: scaler.inverse } };
    },
    unpack(_header, packed) {
      return { references: packed.float32('references'), scaler: { mean: packed.float64('mean'), inverse: packed.float64('inverse') } };
    },
  };
}
