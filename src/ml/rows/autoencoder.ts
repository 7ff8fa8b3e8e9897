import { DirectInference } from '../infer/inference.ts';
import { inferenceModel } from '../network/inference-model.ts';
import { type NetworkSpec, network } from '../network/spec.ts';
import { trainHere } from '../train/trainer.ts';

/** A network that repeats scaled rows through a narrow middle. */
export interface Autoencoder {
  readonly spec: NetworkSpec;
  readonly theta: Float32Array;
}

export interface AutoencoderOptions {
  readonly hidden: number;
  readonly code: number;
  readonly epochs: number;
  readonly seed: number;
}

/** Trains in the calling thread. */
export async function trainAutoencoder(scaled: Float32Array, columns: number, options: AutoencoderOptions): Promise<Autoencoder> {
  const { hidden, code, epochs, seed } = options;
  const dense = (units: number, activation: 'relu' | 'linear') => ({ kind: 'dense', units, activation }) as const;
  const spec = network({
    input: { kind: 'values', steps: 1, columns },
    layers: [dense(hidden, 'relu'), dense(code, 'linear'), dense(hidden, 'relu'), dense(columns, 'linear')],
    loss: 'mean-squared-error',
  });
  const rows = scaled.length / columns;
  const data = { rows, inputs: scaled.slice(), targets: scaled.slice() };
  const { theta } = await trainHere(spec, data, { epochs, batchSize: 64, learningRate: 0.002, seed });
  return { spec, theta };
}

/** Root of the mean squared difference between each row and its repetition. */
export async function reconstructionErrors({ spec, theta }: Autoencoder, scaled: Float32Array): Promise<Float64Array> {
  const columns = spec.input.kind === 'values' ? spec.input.columns : 0;
  const rows = scaled.length / columns;
  const out = new Float64Array(rows);
  if (rows === 0) return out;
  const model = await DirectInference.open(inferenceModel(spec, theta));
  try {
    const step = 4096;
    for (let from = 0; from < rows; from += step) {
      const part = scaled.slice(from * columns, Math.min(rows, from + step) * columns);
      const { prediction } = await model.run({ x: { data: part, shape: [part.length / columns, 1, columns] } });
      const repeated = prediction?.data as Float32Array;
      for (let i = 0; i < part.length; i++) {
        const row = from + Math.floor(i / columns);
        out[row] = (out[row] as number) + ((part[i] as number) - (repeated[i] as number)) ** 2 / columns;
      }
    }
  } finally {
    await model.close();
  }
  return out.map(Math.sqrt);
}
