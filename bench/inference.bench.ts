import { seededRandom } from '../src/core/index.ts';
import { DirectInference, inferenceModel, initialState, type ModelForm, type NetworkSpec, network, PlainNetwork } from '../src/ml/index.ts';
import { FORECASTERS, forecasterSpec } from './forecaster-networks.ts';
import type { Measurement, Skipped } from './measurement.ts';
import { alternate, compared, fastestTenth } from './torch-baseline.ts';

const STEPS = 10;
const UNITS = 64;
const CLASSES = 28;
const CASES = [
  { batch: 1, form: 'fused', runs: 2000 },
  { batch: 256, form: 'unrolled', runs: 100 },
] as const;

/**
 * Inference, tensors made at each run, one thread: two recurrent layers of 64 units (window 10, 28 classes) and the other
 * forecasters (window 36, 48 outputs). One row of the MLP goes through plain arithmetic, as in networks of live series.
 */
export default async function bench(): Promise<readonly (Measurement | Skipped)[]> {
  const { ours, torch } = await alternate('inference', measure);
  return Object.entries(ours).flatMap(([figure, value]) => {
    const [kind = '', batch] = figure.split('-');
    const name = kind === 'gru' || kind === 'lstm' ? `${kind} 2x${UNITS}` : `forecaster ${kind}`;
    return compared(`inference ${name}, batch ${batch}`, value, torch, figure);
  });
}

async function measure(): Promise<Readonly<Record<string, number>>> {
  const specs = {
    gru: recurrent('gru'),
    lstm: recurrent('lstm'),
    ...Object.fromEntries(FORECASTERS.map((name) => [name, forecasterSpec(name)])),
  };
  const figures: Record<string, number> = {};
  for (const [kind, spec] of Object.entries(specs)) {
    for (const { batch, form, runs } of CASES) {
      figures[`${kind}-${batch}`] =
        kind === 'mlp' && batch === 1 ? plainRowsPerSecond(spec, runs) : await rowsPerSecond(spec, batch, form, runs);
    }
  }
  return figures;
}

function recurrent(kind: 'gru' | 'lstm'): NetworkSpec {
  return network({
    input: { kind: 'values', steps: STEPS, columns: 1 },
    layers: [{ kind, units: UNITS }, { kind, units: UNITS }, { kind: 'last' }, { kind: 'dense', units: CLASSES }],
    loss: 'softmax-cross-entropy',
  });
}

function plainRowsPerSecond(spec: NetworkSpec, runs: number): number {
  const { input } = spec;
  const model = new PlainNetwork(spec, initialState(spec, 1).theta);
  const x = Float32Array.from({ length: input.steps * (input.kind === 'values' ? input.columns : 1) }, seededRandom(2));
  const times: number[] = [];
  for (let i = 0; i < runs + runs / 10; i++) {
    const start = performance.now();
    model.run(x);
    times.push(performance.now() - start);
  }
  return 1000 / fastestTenth(times.slice(runs / 10));
}

async function rowsPerSecond(spec: NetworkSpec, batch: number, form: ModelForm, runs: number): Promise<number> {
  const { input } = spec;
  const columns = input.kind === 'values' ? input.columns : 1;
  const model = await DirectInference.open(inferenceModel(spec, initialState(spec, 1).theta, form));
  const data = Float32Array.from({ length: batch * input.steps * columns }, seededRandom(2));
  const x = { data, shape: [batch, input.steps, columns] };
  const times: number[] = [];
  for (let i = 0; i < runs + runs / 10; i++) {
    const start = performance.now();
    await model.run({ x });
    times.push(performance.now() - start);
  }
  await model.close();
  return (batch / fastestTenth(times.slice(runs / 10))) * 1000;
}
