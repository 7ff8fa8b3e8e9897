import { checkConfig, configSchema } from '../src/config/index.ts';
import { encodeReading, type RecordBatch, seededRandom, silentLogger, systemClock } from '../src/core/index.ts';
import { networkOf, trainModel } from '../src/ml/index.ts';
import { buildLane } from '../src/pipeline/build.ts';
import { catalogueOf, loadComponents } from '../src/pipeline/index.ts';
import type { Lane } from '../src/pipeline/lane/lane.ts';
import type { Measurement } from './measurement.ts';

const SERIES = 10_000;
const SECONDS = 20;
/** Batches a second: a tenth of the series reports in each. */
const BATCHES = 10;
/** Snapshots as often as the pipeline commits. */
const COMMIT_MILLIS = 2_000;
/** What is promised: every point scored within a second of its arrival. */
const PROMISE_MILLIS = 1_000;

/** 10,000 series at a point a second through the lane of readings, its state snapshot every two seconds, while a network trains in a worker. */
export default async function bench(): Promise<readonly Measurement[]> {
  const lane = await makeLane();
  const training = new AbortController();
  const trained = train(training.signal);
  const latencies = await run(lane);
  training.abort();
  const epochs = await trained;
  latencies.sort();
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] as number;
  const name = `${SERIES} series at 1 point/s, arrival to score, ${epochs} epochs of a GRU beside`;
  return [
    ['p50', at(0.5)],
    ['p99', at(0.99)],
    ['max', at(1)],
  ].map(([which, value]) => ({
    ...{ name: `${name}: ${which}`, value: value as number, unit: 'ms' },
    ...{ baseline: 'the second that is promised', baseline_value: PROMISE_MILLIS, ratio: (value as number) / PROMISE_MILLIS },
  }));
}

async function makeLane(): Promise<Lane> {
  const components = await loadComponents();
  const value = { tenants: { t: { detectors: [{ type: 'forecast' }], sources: [{ type: 'host-metrics', name: 'plant' }] } } };
  const { config } = checkConfig(value, configSchema(catalogueOf(components)));
  const tenant = config.tenants.t;
  const [source] = tenant?.sources ?? [];
  if (tenant === undefined || source === undefined) throw new Error('the configuration has no source');
  return buildLane(source, tenant, { tenant: 't', config, components, clock: systemClock, log: silentLogger });
}

/** Milliseconds from the arrival of each scored point, which is when its batch was due, to its score. */
async function run(lane: Lane): Promise<Float64Array> {
  const random = seededRandom(7);
  const latencies: number[] = [];
  const began = performance.now();
  let nextCommit = COMMIT_MILLIS;
  for (let tick = 0; tick < SECONDS * BATCHES; tick++) {
    const due = began + (tick * 1000) / BATCHES;
    const batch = batchOf(tick, systemClock.now(), random);
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const { points = [] } = await lane.process(batch);
    const took = performance.now() - due;
    for (const { rows } of points) for (let row = 0; row < rows; row++) latencies.push(took);
    if (performance.now() - began < nextCommit) continue;
    await lane.snapshot();
    nextCommit = performance.now() - began + COMMIT_MILLIS;
  }
  const expected = SERIES * (SECONDS - 2);
  if (latencies.length < expected) throw new Error(`${latencies.length} points were scored, fewer than ${expected}`);
  return Float64Array.from(latencies);
}

function batchOf(tick: number, now: number, random: () => number): RecordBatch {
  const count = SERIES / BATCHES;
  const first = (tick % BATCHES) * count;
  const records = Array.from({ length: count }, (_, i) => {
    const device = first + i;
    return encodeReading({
      time: now,
      entity: `d${device % 1000}`,
      series: `channel${Math.floor(device / 1000)}`,
      value: 20 + 3 * random(),
    });
  });
  const ends = new Uint32Array(count);
  let end = 0;
  for (const [i, record] of records.entries()) {
    end += record.length;
    ends[i] = end;
  }
  const bytes = new Uint8Array(end);
  let at = 0;
  for (const record of records) {
    bytes.set(record, at);
    at += record.length;
  }
  return { input: `net/${tick % BATCHES}`, generation: 'bench', offset: tick * 1e6, line: 1, bytes, ends, arrival: now, last: false };
}

/** Trains until it is told to stop; gives the epochs done. */
async function train(signal: AbortSignal): Promise<number> {
  const [rows, window] = [2_500, 32];
  const random = seededRandom(11);
  const spec = networkOf('gru', { window, columns: 5, steps: 1, channels: 1 });
  let epochs = 0;
  while (!signal.aborted) {
    const inputs = Float32Array.from({ length: rows * window * 5 }, () => random() - 0.5);
    const targets = Float32Array.from({ length: rows }, () => random() - 0.5);
    const options = { batchSize: 64, epochs: 20, seed: 1, learningRate: 2e-3 };
    await trainModel(spec, { rows, inputs, targets }, { ...options, signal, onProgress: () => epochs++ });
  }
  return epochs;
}
