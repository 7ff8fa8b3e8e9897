import { DuckDBInstance } from '@duckdb/node-api';
import { DictBuilder, type EventBatch, seededRandom } from '../src/core/index.ts';
import { duckdbSql, FeatureEngine, type FeatureInput, type FeaturePlan, featureDeclaration, planFeature } from '../src/features/index.ts';
import type { Measurement, Skipped } from './measurement.ts';

const ROUNDS = 3;
const BATCHES = 10;
const ROWS = 20_000;
const EVENTS = BATCHES * ROWS;

const SIMPLE: FeatureInput = {
  from: 'flow',
  key: ['sourceAddress'],
  window: { size: '10s' },
  aggregates: { connections: 'count()', bytesOut: 'sum(forwardBytes)', most: 'max(forwardBytes)' },
};
const SKETCHED: FeatureInput = {
  ...SIMPLE,
  where: 'protocol = 6',
  window: { type: 'sliding', size: '60s', slide: '20s' },
  aggregates: { hosts: 'distinct(destinationAddress)', ports: 'distinct(destinationPort)', spread: 'entropy(destinationPort)' },
};

/** Events a second through one declared feature: 200,000 flows of 5,000 hosts within 200 s, one thread. */
export default async function bench(): Promise<readonly (Measurement | Skipped)[]> {
  const batches = Array.from({ length: BATCHES }, (_, i) => flows(i));
  const simple = planOf(SIMPLE);
  const long = planOf({ ...SIMPLE, key: ['destinationAddress'], window: { size: '60s' } });
  let [engine, busy, sketched, plain, duckdb, windows] = [0, 0, 0, 0, 0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    engine = Math.max(
      engine,
      rateOf(() => {
        windows = run(simple, batches);
      }),
    );
    busy = Math.max(
      busy,
      rateOf(() => run(long, batches)),
    );
    plain = Math.max(
      plain,
      rateOf(() => plainWindows(batches)),
    );
    sketched = Math.max(
      sketched,
      rateOf(() => run(planOf(SKETCHED), batches)),
    );
    duckdb = Math.max(duckdb, await byDuckDb(simple, batches));
  }
  const unit = 'events/s';
  const beside = (name: string, value: number, baseline: string, baseline_value: number): Measurement => ({
    name,
    value,
    unit,
    baseline,
    baseline_value,
    ratio: value / baseline_value,
  });
  return [
    beside('declared feature, 60 s windows of 500 keys', busy, 'Map of strings, objects (short windows)', plain),
    beside('the same, 10 s windows of two events each', engine, 'Map of strings, objects', plain),
    beside('the same beside DuckDB over a loaded table', engine, 'DuckDB GROUP BY, 1 thread', duckdb),
    { name: 'windows closed by it', value: (engine / EVENTS) * windows, unit: 'windows/s' },
    beside('declared feature, sliding distinct/entropy', sketched, 'Map of strings, objects (tumbling count)', plain),
  ];
}

function planOf(input: FeatureInput): FeaturePlan {
  const planned = planFeature('bench', featureDeclaration.parse(input), ['10.0.0.0/8']);
  if ('problems' in planned) throw new Error(JSON.stringify(planned.problems));
  return planned.plan;
}

function rateOf(work: () => void): number {
  const start = performance.now();
  work();
  return EVENTS / ((performance.now() - start) / 1000);
}

/** Number of windows. */
function run(plan: FeaturePlan, batches: readonly EventBatch[]): number {
  const engine = new FeatureEngine(plan, { seed: 1 });
  let windows = 0;
  for (const batch of batches) {
    engine.add(batch);
    windows += engine.take()?.rows ?? 0;
  }
  engine.finish();
  return windows + (engine.take()?.rows ?? 0);
}

/** What a plain script does: a text key for each event, an object for each window; no late events, no bound, no evidence. */
function plainWindows(batches: readonly EventBatch[]): void {
  const found = new Map<string, { count: number; sum: number; most: number }>();
  for (const { rows, columns } of batches) {
    const [times, bytes, addresses] = [
      columns.time as Float64Array,
      columns.forwardBytes as Float64Array,
      columns.sourceAddress as Uint8Array,
    ];
    for (let row = 0; row < rows; row++) {
      const address = addresses.subarray(row * 16 + 12, row * 16 + 16).join('.');
      const key = `${address}|${Math.floor((times[row] as number) / 1e7)}`;
      const value = bytes[row] as number;
      const known = found.get(key);
      if (known === undefined) found.set(key, { count: 1, sum: value, most: value });
      else {
        known.count++;
        known.sum += value;
        known.most = Math.max(known.most, value);
      }
    }
  }
  if (found.size === 0) throw new Error('no window was found');
}

async function byDuckDb(plan: FeaturePlan, batches: readonly EventBatch[]): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    await connection.run('CREATE TABLE flows ("time" BIGINT, "sourceAddress" BLOB, "forwardBytes" DOUBLE)');
    const appender = await connection.createAppender('flows');
    for (const { rows, columns } of batches) {
      for (let row = 0; row < rows; row++) {
        appender.appendBigInt(BigInt((columns.time as Float64Array)[row] as number));
        appender.appendBlob((columns.sourceAddress as Uint8Array).subarray(row * 16, row * 16 + 16));
        appender.appendDouble((columns.forwardBytes as Float64Array)[row] as number);
        appender.endRow();
      }
    }
    appender.closeSync();
    const start = performance.now();
    const result = await connection.runAndReadAll(duckdbSql(plan, 'flows'));
    if (result.currentRowCount === 0) throw new Error('no window was found');
    return EVENTS / ((performance.now() - start) / 1000);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function flows(index: number): EventBatch {
  const random = seededRandom(index);
  const time = new Float64Array(ROWS);
  const sourceAddress = new Uint8Array(ROWS * 16);
  const destinationAddress = new Uint8Array(ROWS * 16);
  for (let row = 0; row < ROWS; row++) {
    time[row] = 1.7e15 + (index * ROWS + row) * 1000;
    address(sourceAddress, row, Math.floor(random() * 5000));
    address(destinationAddress, row, Math.floor(random() * 500));
  }
  const numbers = (of: () => number): Float64Array => Float64Array.from({ length: ROWS }, of);
  const whole = (of: () => number): Int32Array => Int32Array.from({ length: ROWS }, of);
  const positions = Float64Array.from({ length: ROWS }, (_, row) => index * ROWS + row);
  return {
    kind: 'flow',
    rows: ROWS,
    source: 'bench',
    origin: { input: 'bench', offset: positions, line: positions, length: new Int32Array(ROWS) },
    columns: {
      time,
      sourceAddress,
      destinationAddress,
      sourcePort: whole(() => 40_000),
      destinationPort: whole(() => Math.floor(random() * 100)),
      protocol: whole(() => 6),
      forwardBytes: numbers(() => Math.floor(random() * 10_000)),
      backwardBytes: numbers(() => Math.floor(random() * 10_000)),
      durationMicros: numbers(() => 1000),
      forwardPackets: numbers(() => 5),
      backwardPackets: numbers(() => 5),
      state: new DictBuilder().finish(new Int32Array(ROWS).fill(-1)),
    },
  };
}

function address(bytes: Uint8Array, row: number, host: number): void {
  bytes.set([255, 255, 10, 0, host >> 8, host & 255], row * 16 + 10);
}
