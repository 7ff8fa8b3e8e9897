import {
  type Autoencoder,
  autoencoderToOnnx,
  fitScaler,
  HALF_A_FLAG,
  networkSchema,
  reconstructionErrors,
  type Scaler,
  scaleRows,
  trainAutoencoder,
} from '../../ml/index.ts';
import type { RowAlgorithm } from '../rows/row-detector.ts';
import type { AutoencoderConfig } from './config.ts';

export interface AutoencoderModel {
  readonly scaler: Scaler;
  readonly network: Autoencoder;
}

export function autoencoder(options: AutoencoderConfig): RowAlgorithm<AutoencoderModel> {
  return {
    name: 'autoencoder',
    meaning: 'its columns do not go together as those of learnt rows do',
    held: () => true,
    async fit(batch, seed) {
      const columns = batch.columns.length;
      const scaler = fitScaler(batch.values, batch.rows, columns, HALF_A_FLAG);
      return { scaler, network: await trainAutoencoder(scaleRows(scaler, batch.values), columns, { ...options, seed }) };
    },
    async score({ scaler, network }, batch) {
      return { score: await reconstructionErrors(network, scaleRows(scaler, batch.values)) };
    },
    onnx: ({ scaler, network }) => autoencoderToOnnx(network, scaler),
    pack({ scaler, network }) {
      return { header: { spec: network.spec }, arrays: { theta: network.theta, mean: scaler.mean, inverse: scaler.inverse } };
    },
    unpack({ spec }, packed) {
      const network = { spec: networkSchema.parse(spec), theta: packed.float32('theta') };
      return { network, scaler: { mean: packed.float64('mean'), inverse: packed.float64('inverse') } };
    },
  };
}
