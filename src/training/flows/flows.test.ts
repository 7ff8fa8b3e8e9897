import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/index.ts';
import { pairWindows, strongestStatistic, surprise, windowStatistic } from '../../detectors/flow-novelty/aggregate.ts';
import { crossFit, foldFit } from '../../detectors/flow-novelty/cross-fit.ts';
import { flowTime } from '../../parsers/index.ts';
import type { LoadedModel } from '../../registry/index.ts';
import { dataset, missing, needs } from '../../testing/datasets.ts';
import { scoreFlowModel, trainFlowModel } from '../models/index.ts';
import { numberOf } from './cells.ts';
import { canonicalName, roleOf } from './columns.ts';
import {
  classReport,
  cleanFlows,
  divideRows,
  encodeRows,
  evaluateFlows,
  fitEncoding,
  predictionCsv,
  readFlows,
  trainFlows,
} from './index.ts';

const CIC = 'flows/cicids2017-improved/cicids2017_improved_dev.csv.gz';
const HEADER = 'Flow ID,Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Tot Fwd Pkts,Flow Byts/s,Service,Label';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flows-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

const flow = (i: number, label: string, source = '192.168.1.2') =>
  `f${i},${source},${1000 + i},10.0.0.1,80,6,2017-07-03 11:57:${String(i % 60).padStart(2, '0')},${label === 'BENIGN' ? 100 + i : 9000 + i},${i % 7},${i === 3 ? 'Infinity' : i * 2},${i % 2 ? 'http' : 'dns'},${label}`;

describe('flow tables', () => {
  it('knows columns under the names of several releases', () => {
    expect(canonicalName('Tot Fwd Pkts')).toBe('Total Fwd Packet');
    expect(canonicalName(' Total Fwd Packets')).toBe('Total Fwd Packet');
    expect(canonicalName('Init_Win_bytes_forward')).toBe('FWD Init Win Bytes');
    expect([roleOf('srcIP'), roleOf('Dst Port'), roleOf('attack_cat'), roleOf('difficulty'), roleOf('sbytes')]).toEqual([
      'source',
      'destinationPort',
      'label',
      'leak',
      'quantity',
    ]);
  });

  it('reads numbers and times as flow writers print them', () => {
    expect([numberOf('Infinity'), numberOf(''), numberOf('0x10'), numberOf('http')]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NaN,
      16,
      undefined,
    ]);
    expect(flowTime('2017-07-03 11:57:51.590705')).toBe(Date.UTC(2017, 6, 3, 11, 57, 51) * 1000 + 590_705);
    expect(flowTime('3/7/2017 1:05:00 PM')).toBe(Date.UTC(2017, 6, 3, 13, 5) * 1000);
    expect(flowTime('1499083071')).toBe(1_499_083_071_000_000);
    expect(flowTime('soon')).toBeNaN();
  });

  it('cleans duplicates, infinities and attempts and leaves out what leaks', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => flow(i, i % 3 === 0 ? 'Botnet - Attempted' : i % 3 === 1 ? 'BENIGN' : 'DoS'));
    const path = await file('a.csv', [HEADER, ...lines, lines[4] as string, 'too,few']);
    const table = await readFlows([path], { label: 'label' });
    expect([table.rows, table.damaged]).toEqual([31, 1]);
    const cleaned = cleanFlows(table);
    expect(cleaned).toMatchObject({ duplicates: 1, infinite: 1, attempted: 10, benign: 'BENIGN' });
    expect(new Set(cleaned.labels)).toEqual(new Set(['BENIGN', 'DoS']));
    expect(new Set(cleanFlows(table, { attempted: 'keep' }).labels)).toContain('Botnet - Attempted');
    const encoding = fitEncoding(table, cleaned.rows, { homeNetworks: ['192.168.0.0/16'] });
    const names = encoding.features.map(({ name }) => name);
    expect(names).toEqual([
      'Flow Duration',
      'Total Fwd Packet',
      'Flow Bytes/s',
      'Service=dns',
      'Service=http',
      'source inside',
      'destination inside',
    ]);
    expect(encoding.dropped).toMatchObject({ 'Src IP': 'an address', 'Src Port': 'a port', Timestamp: 'a time', Protocol: 'constant' });
    const batch = encodeRows(table, encoding, [3]);
    expect(batch.values[2]).toBeNaN();
    expect([...batch.values.subarray(5)]).toEqual([1, 0]);
  });

  it('refuses an unknown label column and a file without flows', async () => {
    const path = await file('b.csv', [HEADER, flow(1, 'BENIGN')]);
    await expect(readFlows([path], { label: 'Klasse' })).rejects.toThrow('no column Klasse');
    await expect(readFlows([await file('c.csv', ['hello world'])])).rejects.toMatchObject({ code: 'INPUT_EMPTY' });
  });

  it('takes no placeholder for a label', async () => {
    const none = await readFlows([await file('e.csv', [HEADER, flow(1, 'NeedManualLabel'), flow(2, 'No Label')])]);
    expect(none.labels).toBeUndefined();
    const rows = Array.from({ length: 300 }, (_, i) =>
      flow(i, ['BENIGN', 'DoS', 'NeedManualLabel'][i % 3] as string, `192.168.1.${i % 50}`),
    );
    const table = await readFlows([await file('f.csv', [HEADER, ...rows])]);
    expect(cleanFlows(table)).toMatchObject({ unlabelled: 100, rows: { length: 200 } });
    const options = { rounds: 5, split: 'random', minLeafRows: 5 };
    const { info, files } = await trainFlowModel({ detector: 'flow-classifier', table, options, seed: 1, promise: 0.1 });
    const manifest = { ...info, name: 'm', version: 1 } as unknown as LoadedModel['manifest'];
    const scored = await scoreFlowModel({ manifest, files, sha256: '' }, table);
    expect(scored.predictions.filter(({ actual }) => actual === undefined).length).toBe(100);
    expect(scored.report).toMatchObject({ rows: 200, accuracy: { of: 200 } });
    expect(Object.keys(scored.report?.per_class ?? {})).toEqual(['BENIGN', 'DoS']);
    const { metrics, baselines } = evaluateFlows(scored);
    expect([metrics.rows, Number.isNaN(metrics.observed_high)]).toEqual([200, false]);
    expect(baselines['largest class']?.accuracy).toBe(0.5);
  });

  it('takes a blank for no label where others are called normal, and for a normal flow where none is', async () => {
    const given = async (name: string, labels: readonly string[]) =>
      readFlows([await file(name, [HEADER, ...labels.map((label, i) => flow(i, label))])]);
    const some = await given('g.csv', ['', 'BENIGN', 'DoS', '']);
    expect(cleanFlows(some)).toMatchObject({ unlabelled: 2, benign: 'BENIGN', rows: { length: 2 } });
    expect(cleanFlows(await given('h.csv', ['', 'Exploits', '']))).toMatchObject({
      unlabelled: 0,
      benign: 'Normal',
      labels: ['Normal', 'Exploits', 'Normal'],
    });
    expect((await given('i.csv', ['', ' ', ''])).labels).toBeUndefined();
  });

  it('divides by time, at random and by hash, and says how', async () => {
    const path = await file('d.csv', [HEADER, ...Array.from({ length: 60 }, (_, i) => flow(i, i % 2 ? 'BENIGN' : 'DoS'))]);
    const table = await readFlows([path], { label: 'Label' });
    const { labels } = cleanFlows(table);
    for (const by of ['time', 'random', 'hash'] as const) {
      const { train, test, how } = divideRows(table, labels, by);
      expect([...train, ...test].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, row) => row));
      expect(how).toContain('70 %');
    }
    const { train, test } = divideRows(table, labels, 'time');
    const latest = Math.max(...Array.from(train, (row) => table.time[row] as number));
    expect(Math.min(...Array.from(test, (row) => table.time[row] as number))).toBeGreaterThanOrEqual(latest - 2e6);
  });
});

describe('class report', () => {
  it('counts what it says', () => {
    const p = Float64Array.from([0.9, 0.1, 0.2, 0.8, 0.6, 0.4, 0.3, 0.7]);
    const report = classReport(p, Int32Array.from([0, 1, 1, 0]), ['BENIGN', 'DoS'], 0);
    expect(report.accuracy).toMatchObject({ count: 2, of: 4 });
    expect(report.attack).toMatchObject({ precision: 0.5, recall: 0.5, f1: 0.5 });
    expect(report.confusion.counts).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(report.calibration_error).toBeCloseTo((0.1 + 0.2 + 0.6 + 0.7) / 4, 1);
  });

  it('quotes identifiers in the prediction table', () => {
    const named = { id: 'a,"b', predicted: 'DoS Hulk', probability: 0.5, family: 'Denial of service', family_probability: 0.75 };
    const one = { ...named, p_value: 0.1, score: 2, anomalous: true, actual: 'BENIGN' };
    expect([...predictionCsv([one], { promise: 0.2, threshold: 1.5 })].join('')).toContain(
      '"a,""b",DoS Hulk,0.500000,Denial of service,0.750000,,2,1.5,0.1,0.2,1,BENIGN',
    );
  });
});

describe('aggregated surprise', () => {
  it('is about 1 on average for normal rows and bounded by the calibration', () => {
    const random = seededRandom(2);
    const normal = Float64Array.from({ length: 2000 }, random);
    const z = surprise(normal, Float64Array.from({ length: 2000 }, random));
    expect(z.reduce((sum, value) => sum + value, 0) / 2000).toBeGreaterThan(0.9);
    expect(z.reduce((sum, value) => sum + value, 0) / 2000).toBeLessThan(1.1);
    expect(surprise(normal, Float64Array.of(99))[0]).toBeCloseTo(Math.log(2001), 9);
  });

  it('gathers flows of a source and destination and rewards agreement', () => {
    const windows = pairWindows([0, 1, 2], ['a', 'a', 'b'], ['x', 'x', 'x'], Float64Array.of(0, 5, 6), 10);
    expect(windows.map(({ rows }) => rows)).toEqual([[0, 1], [2]]);
    expect(windowStatistic({ key: 'k', rows: [0, 1, 2, 3] }, () => 3)).toBeCloseTo(4, 9);
    const many = { key: 'k', rows: Array.from({ length: 500 }, (_, row) => row) };
    expect(windowStatistic(many, () => 2)).toBeCloseTo(Math.sqrt(10), 9);
  });

  it('goes by the judge who is most surprised', () => {
    const window = { key: 'k', rows: [7, 8] };
    const judges = [Float64Array.of(1, 1), Float64Array.of(5, 3), Float64Array.of(0, 0)];
    expect(strongestStatistic(window, judges, (row) => row - 7)).toBeCloseTo(6 / Math.sqrt(2), 9);
  });
});

describe('fits that leave rows out', () => {
  // a fit is the mean of what it learnt; a row scores by its distance from it
  const learn = async (values: Float32Array) => {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    return { model: mean, score: async (of: Float32Array) => [Float64Array.from(of, (x) => Math.abs(x - mean))] };
  };
  const benign = { values: Float32Array.of(0, 3, 6, 0, 3, 6), columns: 1 };

  it('score the rows they left out, and all others by one fit or together', async () => {
    const whole = await crossFit(benign, learn);
    const folds = await foldFit(benign, learn);
    expect(whole.model).toBe(3);
    expect(folds.models).toEqual([4.5, 3, 1.5]);
    for (const { unseen } of [whole, folds]) expect(unseen).toEqual([Float64Array.of(4.5, 0, 4.5, 4.5, 0, 4.5)]);
    expect((await whole.score(Float32Array.of(3)))[0]).toEqual(Float64Array.of(0));
    expect((await folds.score(Float32Array.of(3)))[0]).toEqual(Float64Array.of(1));
  });
});

describe('real flows', () => {
  it.skipIf(missing(CIC))(
    needs('a classifier of every tenth CIC-IDS2017 flow names attacks', CIC),
    async () => {
      const path = dataset(CIC) as string;
      const table = await readFlows([path], { label: 'Label' });
      const kept = Array.from({ length: table.rows }, (_, row) => row).filter((row) => row % 10 === 0);
      const pick = <T>(values: ArrayLike<T>) => kept.map((row) => values[row] as T);
      const small = {
        ...table,
        rows: kept.length,
        columns: table.columns.map((column) =>
          column.kind === 'number'
            ? { ...column, values: Float64Array.from(pick(column.values)) }
            : { ...column, values: pick(column.values) },
        ),
        labels: pick(table.labels ?? []),
        source: pick(table.source),
        destination: pick(table.destination),
        sourcePort: Float64Array.from(pick(table.sourcePort)),
        destinationPort: Float64Array.from(pick(table.destinationPort)),
        time: Float64Array.from(pick(table.time)),
        hash: Float64Array.from(pick(table.hash)),
        keys: pick(table.keys),
      };
      const trained = await trainFlows(small, {
        detector: 'flow-classifier',
        options: { rounds: 15 },
        split: 'random',
        homeNetworks: ['192.168.10.0/24'],
      });
      expect(trained.report?.accuracy.value).toBeGreaterThan(0.97);
      expect(trained.report?.attack.f1).toBeGreaterThan(0.99);
      expect(trained.onnx?.length).toBeGreaterThan(1000);
    },
    60_000,
  );
});
