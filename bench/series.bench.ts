import { readFileSync } from 'node:fs';
import { checkConfig, configSchema } from '../src/config/index.ts';
import { encodeReading, type RecordBatch, seededRandom, silentLogger, systemClock } from '../src/core/index.ts';
import { buildLane } from '../src/pipeline/build.ts';
import { catalogueOf, loadComponents } from '../src/pipeline/index.ts';
import type { Lane } from '../src/pipeline/lane/lane.ts';
import type { Measurement } from './measurement.ts';

const SERIES = 10_000;
const SECONDS = 60;
/** Batches a second: a tenth of the series reports in each. */
const BATCHES = 10;
/** Snapshots as often as the pipeline commits. */
const COMMIT_MILLIS = 2_000;
/** Networks are trained at every step, four at a time, from series that came with a past and follow from their last value. */
const NETWORKS = { most: 16, every: 10, readings: 200, perStep: 4 };
const PAST_SECONDS = 400;
/** What is promised: every point scored within a second of its arrival. */
const PROMISE_MILLIS = 1_000;

/** 10,000 series at a point a second through the lane of readings, its state snapshot every two seconds, while networks of 16 of them are trained again and again. */
export default async function bench(): Promise<readonly Measurement[]> {
  const lane = await makeLane();
  await feedPast(lane);
  const before = threadCpuMillis();
  const latencies = await run(lane);
  const cpu = threadCpuMillis() - before;
  const { networksUsed = 0, networksTrained, networksMissed } = lane.ownCounters;
  await lane.close?.();
  if (networksUsed === 0) throw new Error('no network was in use: the run shows nothing of scoring with networks');
  latencies.sort();
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] as number;
  const trained = `${networksUsed} networks in use, ${networksTrained} trainings, ${networksMissed} late`;
  const name = `${SERIES} series at 1 point/s for ${SECONDS} s, arrival to score, ${trained}`;
  const times = [
    ['p50', at(0.5)],
    ['p99', at(0.99)],
    ['max', at(1)],
  ].map(([which, value]) => ({
    ...{ name: `${name}: ${which}`, value: value as number, unit: 'ms' },
    ...{ baseline: 'the second that is promised', baseline_value: PROMISE_MILLIS, ratio: (value as number) / PROMISE_MILLIS },
  }));
  // What others on the machine do does not show in this one.
  const perSecond = cpu / SECONDS;
  const ofThread = { baseline: 'one CPU', baseline_value: 1_000, ratio: perSecond / 1_000 };
  return [...times, { name: `${name}: CPU of the scoring thread per second`, value: perSecond, unit: 'ms', ...ofThread }];
}

/** User and system time of this thread, which is the process's first; 0 where the kernel does not tell it. */
function threadCpuMillis(): number {
  try {
    const fields = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return 0;
  }
}

async function makeLane(): Promise<Lane> {
  const components = await loadComponents();
  const value = {
    tenants: { t: { detectors: [{ type: 'forecast', networks: NETWORKS }], sources: [{ type: 'host-metrics', name: 'plant' }] } },
  };
  const { config } = checkConfig(value, configSchema(catalogueOf(components)));
  const tenant = config.tenants.t;
  const [source] = tenant?.sources ?? [];
  if (tenant === undefined || source === undefined) throw new Error('the configuration has no source');
  return buildLane(source, tenant, { tenant: 't', config, components, clock: systemClock, log: silentLogger });
}

/** The first series of each batch report for a while before the others begin. */
async function feedPast(lane: Lane): Promise<void> {
  const random = seededRandom(5);
  const now = systemClock.now();
  for (let second = PAST_SECONDS; second > 0; second--) {
    const readings = Array.from({ length: NETWORKS.most }, (_, device) => readingOf(device, now - second * 1e6, random));
    await lane.process({ ...framed(readings), input: 'past', offset: (PAST_SECONDS - second) * 1e6, arrival: now });
  }
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
  // The last step stays open; where the machine stalls, two readings of a series fall into one step.
  const expected = 0.9 * SERIES * (SECONDS - 1);
  if (latencies.length < expected) throw new Error(`${latencies.length} points were scored, fewer than ${expected}`);
  return Float64Array.from(latencies);
}

function batchOf(tick: number, now: number, random: () => number): RecordBatch {
  const count = SERIES / BATCHES;
  const first = (tick % BATCHES) * count;
  const readings = Array.from({ length: count }, (_, i) => readingOf(first + i, now, random));
  return { ...framed(readings), input: `net/${tick % BATCHES}`, offset: tick * 1e6, arrival: now };
}

/** The first devices follow a logistic map, which only a network forecasts; the others are noise. */
const maps = Float64Array.from({ length: NETWORKS.most }, (_, device) => 0.3 + 0.01 * device);

function readingOf(device: number, time: number, random: () => number): Uint8Array {
  let x = random();
  if (device < maps.length) {
    const last = maps[device] as number;
    x = 3.8 * last * (1 - last);
    maps[device] = x;
  }
  return encodeReading({ time, entity: `d${device % 1000}`, series: `channel${Math.floor(device / 1000)}`, value: 20 + 3 * x });
}

function framed(records: readonly Uint8Array[]): Omit<RecordBatch, 'input' | 'offset' | 'arrival'> {
  const ends = new Uint32Array(records.length);
  let end = 0;
  for (const [i, record] of records.entries()) {
    end += record.length;
    ends[i] = end;
  }
  return { generation: 'bench', line: 1, bytes: Buffer.concat(records), ends, last: false };
}
