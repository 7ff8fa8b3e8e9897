import { seededRandom } from '../src/core/index.ts';
import { network, type TrainingData, trainHere } from '../src/ml/index.ts';
import type { Measurement, Skipped } from './measurement.ts';
import { alternate, compared, fastestTenth } from './torch-baseline.ts';

const STEPS = 10;
const UNITS = 64;
const CLASSES = 28;
const BATCH = 256;
const TRAINING_STEPS = 70;
const WARM_UP_STEPS = 10;

/** Training of two recurrent layers of 64 units, window 10, 28 classes, batch 256, one thread. */
export default async function bench(): Promise<readonly (Measurement | Skipped)[]> {
  const { ours, torch } = await alternate('training', async () => ({ gru: await rowsPerSecond('gru'), lstm: await rowsPerSecond('lstm') }));
  return Object.entries(ours).flatMap(([kind, value]) => compared(`training ${kind} 2x${UNITS}, batch ${BATCH}`, value, torch, kind));
}

async function rowsPerSecond(kind: 'gru' | 'lstm'): Promise<number> {
  const spec = network({
    input: { kind: 'values', steps: STEPS, columns: 1 },
    layers: [{ kind, units: UNITS }, { kind, units: UNITS }, { kind: 'last' }, { kind: 'dense', units: CLASSES }],
    loss: 'softmax-cross-entropy',
  });
  const stepTimes: number[] = [];
  let last = Number.NaN;
  const shouldStop = () => {
    const now = performance.now();
    stepTimes.push(now - last);
    last = now;
    return false;
  };
  await trainHere(spec, randomRows(), { epochs: 1, batchSize: BATCH }, { shouldStop });
  return (BATCH / fastestTenth(stepTimes.slice(WARM_UP_STEPS))) * 1000;
}

function randomRows(): TrainingData {
  const random = seededRandom(1);
  const rows = BATCH * TRAINING_STEPS;
  const inputs = Float32Array.from({ length: rows * STEPS }, random);
  return { rows, inputs, targets: Int32Array.from({ length: rows }, () => Math.floor(random() * CLASSES)) };
}
