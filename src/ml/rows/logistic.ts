import { DirectInference } from '../infer/inference.ts';
import { inferenceModel } from '../network/inference-model.ts';
import { planNetwork } from '../network/network.ts';
import { type NetworkSpec, network } from '../network/spec.ts';
import { trainHere } from '../train/trainer.ts';

/** Multinomial logistic regression on scaled rows. */
export interface Logistic {
  readonly spec: NetworkSpec;
  readonly theta: Float32Array;
}

/** Trains in the calling thread. `labels`: class numbers. */
export async function trainLogistic(
  scaled: Float32Array,
  columns: number,
  labels: Int32Array,
  classes: number,
  options: { epochs: number; seed: number },
): Promise<Logistic> {
  const spec = network({
    input: { kind: 'values', steps: 1, columns },
    layers: [{ kind: 'dense', units: Math.max(2, classes), activation: 'linear' }],
    loss: 'softmax-cross-entropy',
  });
  const data = { rows: labels.length, inputs: scaled.slice(), targets: labels.slice() };
  const { theta } = await trainHere(spec, data, { ...options, batchSize: 128, learningRate: 0.01 });
  return { spec, theta };
}

/** Class probabilities, row-major (rows, classes). */
export async function logisticProbabilities({ spec, theta }: Logistic, scaled: Float32Array, classes: number): Promise<Float64Array> {
  const columns = spec.input.kind === 'values' ? spec.input.columns : 0;
  const rows = scaled.length / columns;
  if (rows === 0) return new Float64Array(0);
  const model = await DirectInference.open(inferenceModel(spec, theta));
  try {
    const { log_probabilities } = await model.run({ x: { data: scaled.slice(), shape: [rows, 1, columns] } });
    const logs = log_probabilities?.data as Float32Array;
    const width = logs.length / rows;
    return Float64Array.from({ length: rows * classes }, (_, i) =>
      Math.exp(logs[Math.floor(i / classes) * width + (i % classes)] as number),
    );
  } finally {
    await model.close();
  }
}

/** Sum over the classes of the sizes of each column's weights; columns are scaled alike, so they compare. */
export function logisticImportance({ spec, theta }: Logistic): Float64Array {
  const columns = spec.input.kind === 'values' ? spec.input.columns : 0;
  const [weight] = planNetwork(spec).layout;
  const out = new Float64Array(columns);
  if (weight === undefined) return out;
  const width = weight.shape[1] as number;
  for (let c = 0; c < columns; c++) {
    for (let k = 0; k < width; k++) out[c] = (out[c] as number) + Math.abs(theta[weight.offset + c * width + k] as number);
  }
  return out;
}
