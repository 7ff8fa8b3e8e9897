import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventBatch, FeatureText, LogBatch, WindowBatch } from '../../core/index.ts';
import { FEATURES } from '../../detectors/use-cases/index.ts';
import { FeatureSeries, featureRunner } from '../../features/index.ts';
import { type SensorRow, sensorBatches } from '../../parsers/sensor/batch.ts';
import { createZeekParser } from '../../parsers/zeek/index.ts';
import type { Home, TenantStore } from '../../store/index.ts';
import { openHome } from '../../store/index.ts';
import { DAY, epochCommit, temporaryFolder } from '../../store/testing/fixtures.ts';
import { dataset, missing, needs } from '../../testing/datasets.ts';
import { logBatch } from '../../testing/log-batch.ts';
import { scoreFlowModel } from '../models/flow-model.ts';
import { featureOfModel, trainWindowModel } from '../models/window-model.ts';
import { readWindows, storedFeature, windowFrame, windowTable } from './index.ts';

const HOME_NETWORKS = ['10.0.0.0/8', '192.168.0.0/16'];
const MINUTE = 60e6;
const folder = temporaryFolder();
let home: Home;
let tenant: TenantStore;
let epoch = 0;
beforeEach(async () => {
  home = await openHome(folder.path);
  tenant = await home.tenant('acme');
  epoch = tenant.epoch;
});
afterEach(async () => {
  await home.close();
  folder.remove();
});

async function store(batches: readonly (EventBatch | LogBatch)[], to = tenant): Promise<void> {
  for (const batch of batches) await to.events.append(batch);
  await to.commitEpoch(epochCommit(to.epoch + 1));
}

const BYTES: FeatureText = {
  from: 'flow',
  key: ['sourceAddress'],
  window: { size: '1m', lateness: '1m' },
  aggregates: { flows: 'count()', bytes: 'sum(forwardBytes)', hosts: 'distinct(destinationAddress)', p90: 'quantile(forwardBytes, 0.9)' },
};

interface Flow {
  readonly second: number;
  readonly source: number;
  readonly to: number;
  readonly bytes: number;
}

function flows(rows: readonly Flow[], source = 'lan'): EventBatch {
  const events = rows.map(({ second, source, to, bytes }, i): SensorRow => {
    const addresses = { sourceAddress: `10.0.0.${source}`, destinationAddress: `192.0.2.${to}` };
    const values = { time: DAY + second * 1e6 + i, ...addresses, forwardBytes: bytes, protocol: 6, destinationPort: 443 };
    return { kind: 'flow', values, attributes: undefined, offset: i * 10, line: i + 1, length: 10 };
  });
  return sensorBatches(events, source, `${source}.csv`)[0] as EventBatch;
}

/** What the running pipeline makes of the same events. */
function streamed(declaration: FeatureText, batches: readonly EventBatch[]): WindowBatch {
  const runner = featureRunner('f', declaration, { homeNetworks: HOME_NETWORKS, seed: 1 });
  for (const batch of batches) runner.add(batch);
  runner.finish();
  return runner.take() as WindowBatch;
}

type Figures = Map<string, readonly number[]>;

function figuresOf(batch: WindowBatch, keep: (start: number, end: number) => boolean = () => true): Figures {
  const [keys, columns] = [batch.keyColumns.length, batch.columns.length];
  const found: Figures = new Map();
  for (let row = 0; row < batch.rows; row++) {
    if (!keep(batch.start[row] as number, batch.end[row] as number)) continue;
    const key = [...batch.keys.slice(row * keys, (row + 1) * keys), batch.start[row]].join(' ');
    found.set(key, [batch.end[row] as number, batch.events[row] as number, ...batch.values.subarray(row * columns, (row + 1) * columns)]);
  }
  return found;
}

/** Exact but for quantiles, 1 %, and sums of doubles, 1e-9. */
function expectSame(ours: Figures, theirs: Figures): void {
  expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
  for (const [key, values] of ours) {
    for (const [i, value] of values.entries()) {
      const other = theirs.get(key)?.[i] as number;
      if (Number.isNaN(value)) expect([key, i, other]).toEqual([key, i, Number.NaN]);
      else
        expect(Math.abs(value - other), `${key} ${i}: ${value} against ${other}`).toBeLessThanOrEqual(
          0.0101 * Math.max(Math.abs(value), Math.abs(other)) + 1e-9,
        );
    }
  }
}

function windowsOf(declaration: FeatureText, choice: { source?: string; from?: number; to?: number } = {}, from = tenant) {
  return storedFeature(from.events, { name: 'f', declaration, homeNetworks: HOME_NETWORKS, ...choice });
}

describe('features over stored events', () => {
  it('are those of the stream on random flows, stored in any number of epochs', async () => {
    const flow = fc.record({
      second: fc.integer({ min: 0, max: 1200 }),
      source: fc.integer({ min: 1, max: 3 }),
      to: fc.integer({ min: 1, max: 9 }),
      bytes: fc.integer({ min: 0, max: 1e6 }),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(flow, { minLength: 2, maxLength: 80 }), fc.integer({ min: 1, max: 4 }), async (rows, epochs) => {
        const own = await home.tenant(`t${run++}`);
        const sorted = [...rows].sort((a, b) => a.second - b.second);
        for (let part = 0; part < epochs; part++) {
          // Files do not follow the order of events: every epoch holds some of each time.
          const batch = sorted.filter((_, i) => i % epochs === part);
          if (batch.length > 0) await store([chosen(flows(sorted), (i) => i % epochs === part)], own);
        }
        const all = flows(sorted);
        const times = all.columns.time as Float64Array;
        const [oldest, newest] = [times[0] as number, times[all.rows - 1] as number];
        const expected = figuresOf(streamed(BYTES, [all]), (start, end) => start >= oldest && end <= newest - MINUTE);
        const feature = await windowsOf(BYTES, {}, own);
        if (expected.size === 0) await expect(readWindows(feature)).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' });
        else expectSame(expected, figuresOf((await readWindows(feature)).batch));
      }),
      { numRuns: 8 },
    );
  }, 60_000);

  const CONN = 'ids/zeek/rita/proxy_rolling/conn.16.00.00-17.00.00.log.gz';
  it.skipIf(missing(CONN))(
    needs('are those of the stream on connections of Zeek, for the shipped features', CONN),
    async () => {
      const bytes = gunzipSync(readFileSync(dataset(CONN) as string));
      const chunk = { input: 'conn.log', generation: '', offset: 0, line: 1, bytes, arrival: 0, last: true };
      const batches = createZeekParser('zeek').parse(chunk, () => {}) as EventBatch[];
      await store(batches);
      const { oldest, newest } = await tenant.events.stored({ kind: 'flow' });
      for (const name of ['source-destination', 'destination-load', 'slow-connections', 'source-fan-out']) {
        // In one pass the log is far out of order by the end of its flows: what the stream would count as late must not be.
        const shipped = FEATURES[name] as FeatureText;
        const declaration = { ...shipped, window: { ...shipped.window, lateness: '1d' } };
        const near = { from: (oldest as number) + 10 * MINUTE, to: (newest as number) - 5 * MINUTE };
        const feature = await windowsOf(shipped, near);
        const { from, to } = feature.span as { from: number; to: number };
        const { aggregates: _, ...exact } = declaration;
        const ordered = { ...exact, aggregates: withoutOrder(declaration.aggregates) };
        const sql = await readWindows({ ...feature, declaration: { ...shipped, aggregates: ordered.aggregates } });
        const stream = figuresOf(
          streamed(
            ordered,
            batches.filter(({ kind }) => kind === 'flow'),
          ),
          (start, end) => start >= from && end <= to,
        );
        expect(stream.size, name).toBeGreaterThan(5);
        expectSame(stream, figuresOf(sql.batch));
      }
    },
    60_000,
  );

  it('leave out windows that retention or late events may still change, and read one source or all', async () => {
    const every = (source: number) => Array.from({ length: 30 }, (_, i) => ({ second: 30 + i * 60, source, to: 1, bytes: 100 }));
    await store([flows(every(1), 'lan'), flows(every(2), 'dmz')]);
    const { batch } = await readWindows(await windowsOf(BYTES));
    // The oldest event lies in the middle of the first window, the lateness reaches a minute back from the newest.
    expect([...new Set(batch.start)]).toEqual(Array.from({ length: 27 }, (_, i) => DAY + (i + 1) * MINUTE));
    expect(batch.rows).toBe(54);
    const lan = await readWindows(await windowsOf(BYTES, { source: 'lan', from: DAY + 90e6, to: DAY + 10 * MINUTE }));
    expect([...new Set(lan.batch.keys)]).toEqual(['10.0.0.1']);
    expect([lan.batch.start[0], lan.batch.end.at(-1)]).toEqual([DAY + 2 * MINUTE, DAY + 10 * MINUTE]);
    await expect(readWindows(await windowsOf(BYTES, { source: 'absent' }))).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' });
    await expect(readWindows(await windowsOf(BYTES), { most: 10 })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(await readWindows(await windowsOf(BYTES), { most: 10, cut: true })).toMatchObject({ more: true, batch: { rows: 10 } });
  });

  it('never read another tenant, nor what SQL or paths in a declaration ask for', async () => {
    const other = await home.tenant('other');
    await store(
      [
        flows([
          { second: 0, source: 9, to: 1, bytes: 1 },
          { second: 600, source: 9, to: 1, bytes: 1 },
        ]),
      ],
      other,
    );
    await expect(readWindows(await windowsOf(BYTES))).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' });
    await store([flows(Array.from({ length: 20 }, (_, i) => ({ second: i * 30, source: 1, to: 1, bytes: 1 })))]);
    const mine = await windowsOf(BYTES);
    const foreign = await other.events.stored({ kind: 'flow' });
    await expect(readWindows({ ...mine, files: [...mine.files, ...foreign.files] })).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
    const hostile = "x' OR 1=1; ATTACH 'meta.db'; SELECT * FROM read_text('/etc/passwd') --";
    const quoted = { ...BYTES, where: `state != '${hostile.replaceAll("'", "''")}' or state is absent` };
    expect((await readWindows(await windowsOf(quoted))).batch.rows).toBeGreaterThan(0);
    await expect(windowsOf({ ...BYTES, key: ['sourceAddress" FROM x --'] })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('fit in the memory they are given, or say so', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => ({ second: Math.floor(i / 30), source: i % 250, to: i % 255, bytes: i }));
    await store([flows(many)]);
    const feature = await windowsOf({ ...BYTES, window: { type: 'sliding', size: '1m', slide: '1s' } });
    const read = readWindows(feature, { memoryBytes: 192 * 1024 ** 2, most: 2_000_000 });
    await read.then(
      ({ batch }) => expect(batch.rows).toBeGreaterThan(20_000),
      (error: unknown) => expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED' }),
    );
    await expect(readWindows(feature, { signal: AbortSignal.timeout(1) })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  }, 60_000);

  it('give series their names in the pipeline, with 0 where nothing was counted', async () => {
    const lines = (minute: number, template: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({ message: `t${template} ${i}`, time: DAY + minute * MINUTE + i * 1e6, template }));
    const all = [0, 1, 2, 3, 4, 5, 6].flatMap((minute) => [...lines(minute, 0, minute + 1), ...(minute === 3 ? lines(minute, 1, 2) : [])]);
    await tenant.events.append(logBatch(all, { source: 'app', input: 'app.log' }), ['t-started', 't-failed']);
    await tenant.commitEpoch(epochCommit(epoch + 1));
    const messages: FeatureText = { from: 'log', key: ['template'], window: { size: '1m' }, aggregates: { lines: 'count()' } };
    const windows = await readWindows(await windowsOf(messages, { from: DAY, to: DAY + 5 * MINUTE }));
    const { frame } = windowFrame(windows);
    expect(frame.channels).toEqual(['f lines t-started', 'f lines t-failed']);
    expect(frame.channels).toEqual(new FeatureSeries(10).rows(windows.batch)?.series);
    expect(frame.values.map((values) => [...values])).toEqual([
      [1, 2, 3, 4, 5],
      [0, 0, 0, 2, 0],
    ]);
    expect(windowFrame(windows, ['f lines t-failed']).frame.channels).toEqual(['f lines t-failed']);
  });
});

describe('a detector of windows', () => {
  it('learns from the earlier windows, keeps its promise on the later, and finds what is unlike them', async () => {
    const office = Array.from({ length: 600 }, (_, minute) =>
      Array.from({ length: 6 }, (_, i) => ({
        second: minute * 60 + i * 9,
        source: 1 + (i % 3),
        to: 1 + ((minute * 7 + i) % 5),
        bytes: 500 + ((minute * 31 + i * 17) % 97),
      })),
    ).flat();
    await store([flows(office)]);
    const feature = await windowsOf(BYTES);
    const windows = await readWindows(feature);
    const options = { detector: 'nearest-neighbour', feature, windows, options: {}, seed: 1, promise: 0.01 };
    const trained = await trainWindowModel(options);
    expect(trained.columns).toEqual(['f flows', 'f bytes', 'f hosts', 'f p90'].filter((name) => !(name in trained.dropped)));
    const { observed } = trained.backtest;
    expect(observed.of).toBeGreaterThan(500);
    expect(observed.low).toBeLessThanOrEqual(0.01);
    expect((await trainWindowModel(options)).files['model.bin']).toEqual(trained.files['model.bin']);

    const manifest = { schema: 1, name: 'fan', version: 1, program: 'test', createdAt: 0, files: [], ...trained.info };
    const loaded = { manifest, sha256: '', files: trained.files } as unknown as Parameters<typeof scoreFlowModel>[0];
    expect(featureOfModel(loaded)).toMatchObject({ name: 'f', declaration: BYTES, homeNetworks: HOME_NETWORKS });
    const odd = Array.from({ length: 60 }, (_, i) => ({ second: 36_600 + i, source: 2, to: 10 + i, bytes: 50_000 }));
    await store([flows([...odd, { second: 36_900, source: 1, to: 1, bytes: 500 }])]);
    const later = windowTable(await readWindows(await windowsOf(BYTES, { from: DAY + 36_600e6 })));
    const { predictions } = await scoreFlowModel(loaded, later);
    expect(predictions.filter(({ anomalous }) => anomalous).map(({ id }) => id.split(' ')[0])).toEqual(['10.0.0.2']);
    await expect(scoreFlowModel(loaded, { ...later, columns: [] })).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
    await expect(trainWindowModel({ ...options, detector: 'flow-classifier' })).rejects.toMatchObject({ code: 'USAGE' });
  }, 60_000);
});

/** Rows of a batch for which something holds. */
function chosen(batch: EventBatch, keep: (row: number) => boolean): EventBatch {
  const rows = Array.from({ length: batch.rows }, (_, row) => row).filter(keep);
  const { input, offset, line, length } = batch.origin;
  const columns = Object.fromEntries(
    Object.entries(batch.columns).map(([name, column]) => {
      if (column instanceof Uint8Array)
        return [name, Uint8Array.from(rows.flatMap((row) => [...column.subarray(row * 16, row * 16 + 16)]))];
      if (column instanceof Float64Array) return [name, Float64Array.from(rows, (row) => column[row] as number)];
      if (column instanceof Int32Array) return [name, Int32Array.from(rows, (row) => column[row] as number)];
      if ('codes' in column) return [name, { codes: Int32Array.from(rows, (row) => column.codes[row] as number), values: column.values }];
      return [
        name,
        {
          ...column,
          start: Int32Array.from(rows, (row) => column.start[row] as number),
          end: Int32Array.from(rows, (row) => column.end[row] as number),
        },
      ];
    }),
  );
  return {
    ...batch,
    rows: rows.length,
    origin: {
      input,
      offset: Float64Array.from(rows, (row) => offset[row] as number),
      line: Float64Array.from(rows, (row) => line[row] as number),
      length: Int32Array.from(rows, (row) => length[row] as number),
    },
    columns,
  };
}

/** Aggregates that do not depend on the order in which events came. */
function withoutOrder(aggregates: FeatureText['aggregates']): Record<string, string> {
  return Object.fromEntries(Object.entries(aggregates).filter(([, text]) => !/first-seen|silence|periodicity/.test(text)));
}
