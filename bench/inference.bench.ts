import { seededRandom } from '../src/core/index.ts';
import { DirectInference, inferenceModel, initialState, type ModelForm, network } from '../src/ml/index.ts';
import type { Measurement, Skipped } from './measurement.ts';
import { alternate, compared, fastestTenth } from './torch-baseline.ts';

const STEPS = 10;
const UNITS = 64;
const CLASSES = 28;
const CASES = [
  { batch: 1, form: 'fused', runs: 2000 },
  { batch: 256, form: 'unrolled', runs: 100 },
] as const;

/** Next-event inference of two recurrent layers of 64 units, window 10, 28 classes, one thread; tensors made at each run. */
export default async function bench(): Promise<readonly (Measurement | Skipped)[]> {
  const { ours, torch } = await alternate('inference', measure);
  return Object.entries(ours).flatMap(([figure, value]) => {
    const [kind, batch] = figure.split('-');
    return compared(`inference ${kind} 2x${UNITS}, batch ${batch}`, value, torch, figure);
  });
}

async function measure(): Promise<Readonly<Record<string, number>>> {
  const figures: Record<string, number> = {};
  for (const kind of ['gru', 'lstm'] as const) {
    for (const { batch, form, runs } of CASES) figures[`${kind}-${batch}`] = await rowsPerSecond(kind, batch, form, runs);
  }
  return figures;
}

async function rowsPerSecond(kind: 'gru' | 'lstm', batch: number, form: ModelForm, runs: number): Promise<number> {
  const spec = network({
    input: { kind: 'values', steps: STEPS, columns: 1 },
    layers: [{ kind, units: UNITS }, { kind, units: UNITS }, { kind: 'last' }, { kind: 'dense', units: CLASSES }],
    loss: 'softmax-cross-entropy',
  });
  const model = await DirectInference.open(inferenceModel(spec, initialState(spec, 1).theta, form));
  const x = { data: Float32Array.from({ length: batch * STEPS }, seededRandom(2)), shape: [batch, STEPS, 1] };
  const times: number[] = [];
  for (let i = 0; i < runs + runs / 10; i++) {
    const start = performance.now();
    await model.run({ x });
    times.push(performance.now() - start);
  }
  await model.close();
  return (batch / fastestTenth(times.slice(runs / 10))) * 1000;
}
