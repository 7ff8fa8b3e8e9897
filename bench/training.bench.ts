import { seededRandom } from '../src/core/index.ts';
import { type NetworkSpec, network, type TrainingData, trainHere } from '../src/ml/index.ts';
import { FORECAST_OUTPUTS, FORECAST_SHAPE, FORECASTERS, forecasterSpec } from './forecaster-networks.ts';
import type { Measurement, Skipped } from './measurement.ts';
import { alternate, compared, fastestTenth } from './torch-baseline.ts';

const STEPS = 10;
const UNITS = 64;
const CLASSES = 28;
const BATCH = 256;
const TRAINING_STEPS = 70;
const WARM_UP_STEPS = 10;

/** Training of two recurrent layers of 64 units (window 10, 28 classes) and of the other forecasters (window 36, 48 outputs), batch 256, one thread. */
export default async function bench(): Promise<readonly (Measurement | Skipped)[]> {
  const { ours, torch } = await alternate('training', async () => {
    const figures: Record<string, number> = { gru: await recurrent('gru'), lstm: await recurrent('lstm') };
    for (const name of FORECASTERS) figures[name] = await rowsPerSecond(forecasterSpec(name), forecastRows());
    return figures;
  });
  return Object.entries(ours).flatMap(([kind, value]) => compared(`training ${nameOf(kind)}, batch ${BATCH}`, value, torch, kind));
}

function nameOf(kind: string): string {
  return kind === 'gru' || kind === 'lstm' ? `${kind} 2x${UNITS}` : `forecaster ${kind}`;
}

function recurrent(kind: 'gru' | 'lstm'): Promise<number> {
  const spec = network({
    input: { kind: 'values', steps: STEPS, columns: 1 },
    layers: [{ kind, units: UNITS }, { kind, units: UNITS }, { kind: 'last' }, { kind: 'dense', units: CLASSES }],
    loss: 'softmax-cross-entropy',
  });
  return rowsPerSecond(spec, randomRows());
}

async function rowsPerSecond(spec: NetworkSpec, data: TrainingData): Promise<number> {
  const stepTimes: number[] = [];
  let last = Number.NaN;
  const shouldStop = () => {
    const now = performance.now();
    stepTimes.push(now - last);
    last = now;
    return false;
  };
  await trainHere(spec, data, { epochs: 1, batchSize: BATCH }, { shouldStop });
  return (BATCH / fastestTenth(stepTimes.slice(WARM_UP_STEPS))) * 1000;
}

function randomRows(): TrainingData {
  const random = seededRandom(1);
  const rows = BATCH * TRAINING_STEPS;
  const inputs = Float32Array.from({ length: rows * STEPS }, random);
  return { rows, inputs, targets: Int32Array.from({ length: rows }, () => Math.floor(random() * CLASSES)) };
}

function forecastRows(): TrainingData {
  const random = seededRandom(1);
  const rows = BATCH * TRAINING_STEPS;
  const inputs = Float32Array.from({ length: rows * FORECAST_SHAPE.window * FORECAST_SHAPE.columns }, random);
  return { rows, inputs, targets: Float32Array.from({ length: rows * FORECAST_OUTPUTS }, random) };
}
