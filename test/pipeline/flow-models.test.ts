import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFlows } from '../../src/analysis/index.ts';
import { checkConfig } from '../../src/config/index.ts';
import {
  type EventBatch,
  type FlowPrediction,
  type RecordBatch,
  seededRandom,
  silentLogger,
  type TextColumn,
  textAt,
} from '../../src/core/index.ts';
import { buildLane } from '../../src/pipeline/build.ts';
import { factsOf, loadComponents } from '../../src/pipeline/catalogue.ts';
import { checkGraph, pipelineSchema } from '../../src/pipeline/index.ts';

import type { Finding, Lane, LaneOutput } from '../../src/pipeline/lane/lane.ts';
import type { LoadedModel } from '../../src/registry/index.ts';
import { listInputs } from '../../src/sources/index.ts';
import { dataset, missing, needs } from '../../src/testing/datasets.ts';
import { ethernet, type Frame, ipv4, pcap, tcp, udp } from '../../src/testing/packets.ts';
import { readFlows } from '../../src/training/flows/index.ts';
import { trainFlowModel } from '../../src/training/index.ts';
import { runLane } from './lane-under-test.ts';

const CIC = 'flows/cicids2017-improved/cicids2017_improved_dev.csv.gz';
const T0 = 1_600_000_000_000_000;
const SECOND = 1_000_000;

const TOLD = new Set(
  'Protocol,Flow Duration,Total Fwd Packet,Total Bwd packets,Total Length of Fwd Packet,Total Length of Bwd Packet,Flow Bytes/s,Flow Packets/s,Fwd Packets/s,Bwd Packets/s'.split(
    ',',
  ),
);

async function configured(records: string, detectors: readonly object[], features: object = {}) {
  const source = { type: 'directory', name: 'net', path: '/nowhere', records, features, detectors };
  return checkConfig({ tenants: { t: { sources: [source] } } }, await pipelineSchema()).config;
}

async function makeLane(records: string, models: Readonly<Record<string, LoadedModel>>, features: object = {}): Promise<Lane> {
  const detectors = Object.entries(models).map(([model, { manifest }]) => ({ type: manifest.detector, model, promisedRate: 0.01 }));
  const config = await configured(records, detectors, features);
  const tenant = config.tenants.t as NonNullable<(typeof config.tenants)[string]>;
  const loadModel = async (name: string) => models[name] as LoadedModel;
  const parts = {
    tenant: 't',
    config,
    components: await loadComponents(),
    clock: { now: () => 0 },
    log: silentLogger,
    store: { loadModel },
  };
  const lane = await buildLane(tenant.sources[0] as (typeof tenant.sources)[number], tenant, parts);
  await lane.restore({});
  return lane;
}

async function trained(detector: string, paths: readonly string[], options: Record<string, unknown>, label?: string): Promise<LoadedModel> {
  const table = await readFlows(paths, label === undefined ? {} : { label });
  const { info, files } = await trainFlowModel({ detector, table, options, seed: 3, promise: 0.01 });
  const manifest = { ...info, name: 'm', version: 1 } as unknown as LoadedModel['manifest'];
  return { manifest, files, sha256: 'f'.repeat(64) };
}

function predictionsIn(output: LaneOutput): FlowPrediction[] {
  return output.events.flatMap(({ batch }) => {
    const { rows, columns } = batch as EventBatch;
    if (batch.kind !== 'flow') return [];
    return Array.from(
      { length: rows },
      (_, row) => JSON.parse(textAt(columns.attributes as TextColumn, row)).predictions?.[0] as FlowPrediction,
    );
  });
}

const frame = (time: number, from: string, to: string, protocol: number, payload: Uint8Array): Frame => ({
  time: T0 + time,
  bytes: ethernet(0x0800, ipv4({ from, to, protocol, payload })),
});
const many = (count: number, make: (i: number) => Frame[]): Frame[] => Array.from({ length: count }, (_, i) => make(i)).flat();
const random = seededRandom(11);

/** A name looked up: a question and its answer. */
function lookup(at: number, i: number): Frame[] {
  const [from, size] = [`10.0.0.${10 + (i % 40)}`, 30 + Math.floor(random() * 40)];
  const ports = { from: 20_000 + i, to: 53 };
  return [
    frame(at, from, '10.0.0.2', 17, udp(ports.from, 53, new Uint8Array(size))),
    frame(at + 20_000, '10.0.0.2', from, 17, udp(53, ports.from, new Uint8Array(size + 60))),
  ];
}
/** A port knocked at, and refused. */
function knock(at: number, from: string, to: string, port: number): Frame[] {
  const own = 50_000 + (port % 10_000);
  return [
    frame(at, from, to, 6, tcp({ from: own, to: port, flags: 2 })),
    frame(at + 900, to, from, 6, tcp({ from: port, to: own, flags: 20 })),
  ];
}
const ordered = (frames: Frame[]): Frame[] => frames.sort((a, b) => a.time - b.time);

const LEARNT = ordered([
  ...many(1000, (i) => lookup(i * 50_000, i)),
  ...many(300, (i) => knock(5 * SECOND + i * 10_000, '10.9.9.9', '10.0.0.7', 1 + i)),
]);
const SEEN = ordered([
  ...many(400, (i) => lookup(i * 100_000, i)),
  ...many(900, (i) => knock(8 * SECOND + i * 20_000, '192.0.2.66', '10.0.0.8', 1000 + i)),
  // the same from everywhere
  ...many(400, (i) => knock(30 * SECOND + i * 5_000, `198.18.${i >> 8}.${i & 255}`, '10.0.0.9', 443)),
]);

function pieces(bytes: Uint8Array, size: number): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.slice(at, at + size);
    const rest = { arrival: T0 + 1e12, last: at + size >= bytes.length };
    batches.push({ input: 'a.pcap', generation: 'g', offset: at, line: 1, bytes: piece, ends: Uint32Array.of(piece.length), ...rest });
  }
  return batches;
}

describe('models of flows over packets as they come', () => {
  let folder = '';
  let table = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flow-models-'));
    await writeFile(join(folder, 'learnt.pcap'), pcap(LEARNT));
    const [input] = await listInputs([join(folder, 'learnt.pcap')]);
    table = join(folder, 'flows.csv');
    await writeFlows(input as NonNullable<typeof input>, table, { form: 'extended' });
    const text = await readFile(table, 'utf8');
    const lines = text.split('\n').map((line) => line.replace('NeedManualLabel', line.includes('10.9.9.9') ? 'PortScan' : 'BENIGN'));
    await writeFile(table, lines.join('\n'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('name each flow, and make one alert of a flood of equal ones', async () => {
    const lane = await makeLane('packets', { fc: await trained('flow-classifier', [table], { rounds: 20 }, 'Label') });
    const found: Finding['detection'][] = [];
    const said: FlowPrediction[] = [];
    for (const batch of pieces(pcap(SEEN), 10_000)) {
      const output = await lane.process(batch);
      found.push(...output.findings.map(({ detection }) => detection));
      said.push(...predictionsIn(output));
    }
    const output = await lane.end();
    found.push(...output.findings.map(({ detection }) => detection));
    said.push(...predictionsIn(output));
    expect(said.length).toBe(400 + 900 + 400);
    const named = said.filter((one) => one.class === 'PortScan');
    expect(named.length).toBe(1300);
    for (const one of named) {
      expect(one).toMatchObject({ detector: 'flow-classifier', model: 'm@1', flagged: true });
      expect(one.probability).toBeGreaterThan(0.85);
      expect(one.pValue).toBeLessThanOrEqual(0.01);
    }
    expect(said.filter(({ flagged }) => flagged).length).toBe(1300);
    const alerts = new Map(found.map((detection) => [detection.id, detection]));
    const own = [...alerts.values()].filter(({ entity }) => entity === '192.0.2.66');
    expect(own.length).toBe(1);
    expect(own[0]?.title).toMatch(/^900 flows from 192\.0\.2\.66 to 10\.0\.0\.8 look like PortScan \(probability 0\.\d{3}\)\.$/);
    expect(own[0]?.techniques).toEqual(['T1046']);
    expect(own[0]?.related).toEqual(['10.0.0.8']);
    expect(own[0]?.evidence.length).toBe(10);
    expect(own[0]?.explanation.contributions[0]).toMatchObject({ subject: 'PortScan', share: 0.5 });
    expect(own[0]?.explanation.contributions.length).toBeGreaterThan(1);
    // of forged sources the first twenty are told alone
    const shared = [...alerts.values()].filter(({ entity }) => entity === '10.0.0.9');
    expect(shared.map(({ title }) => title)).toEqual([
      expect.stringMatching(/^380 flows from more than 20 hosts to 10\.0\.0\.9 look like PortScan/),
    ]);
    expect(alerts.size).toBe(1 + 20 + 1);
    expect(found.length).toBeLessThan(60);
    expect(lane.scorers[0]?.status()).toMatchObject({
      detector: 'flow-classifier',
      model: 'm@1',
      state: 'ready',
      scored: 1700,
      flagged: 1300,
    });
  }, 60_000);

  it('give the same for any batches and over a restart, and score no more than asked for', async () => {
    const models = {
      fc: await trained('flow-classifier', [table], { rounds: 10 }, 'Label'),
      forest: await trained('isolation-forest', [table], { trees: 20 }, 'Label'),
    };
    const make = () => makeLane('packets', models, { flows: { perSecond: 30 } });
    const bytes = pcap(SEEN);
    const whole = await runLane(make, pieces(bytes, bytes.length));
    expect(whole.detections.length).toBeGreaterThan(0);
    expect(await runLane(make, pieces(bytes, 7_001), [5, 14])).toEqual(whole);
    const lane = await make();
    for (const batch of pieces(bytes, bytes.length)) await lane.process(batch);
    await lane.end();
    const { 'flow-classifier_flows_scored': scored = 0, 'flow-classifier_flows_not_scored': left = 0 } = lane.ownCounters;
    expect([scored + left, left > 500]).toEqual([1700, true]);
  }, 60_000);

  it('are refused where flows lack their columns, unless the model may do without', async () => {
    const whole = await trained('flow-classifier', [table], { rounds: 2 }, 'Label');
    await expect(makeLane('sensor', { n: whole })).rejects.toThrow(/m@1 needs columns that flows of net do not have: .*(RST|Header|Win)/);
    const { features } = whole.manifest.features.flows as { features: { column?: string }[] };
    const mayLack = features.flatMap(({ column }) => column ?? []);
    const tolerant = await trained('flow-classifier', [table], { rounds: 2, mayLack: mayLack.join(',') }, 'Label');
    expect((await makeLane('sensor', { n: tolerant })).scorers[0]?.model).toBe('m@1');
  }, 60_000);

  it('have to be trained before', async () => {
    const config = await configured('packets', [{ type: 'isolation-forest' }]);
    expect(checkGraph(config, factsOf(await loadComponents(config)))).toEqual([
      'tenants.t.sources[0]: the detector isolation-forest scores flows with a model trained before; name it with model: NAME',
    ]);
    const named = await configured('packets', [{ type: 'isolation-forest', model: 'forest' }]);
    expect(checkGraph(named, factsOf(await loadComponents(named)))).toEqual([]);
  });
});

describe.skipIf(missing(CIC))(needs('models of flows over what a sensor logs', CIC), () => {
  it('name most flows of CIC-IDS2017 by columns that any sensor has', async () => {
    const path = dataset(CIC) as string;
    const table = await readFlows([path], { label: 'Label' });
    const drop = table.columns.map(({ name }) => name).filter((name) => !TOLD.has(name));
    const model = await trained('flow-classifier', [path], { drop, rounds: 20, destinationPort: true, split: 'hash' }, 'Label');
    const lane = await makeLane('sensor', { fc: model });
    const column = (name: string) => table.columns.find((one) => one.name === name)?.values as Float64Array;
    const most = table.hash.reduce((high, hash) => Math.max(high, hash), 0);
    // the part that was not learnt from
    const rows = Array.from({ length: table.rows }, (_, row) => row).filter((row) => (table.hash[row] as number) >= most * 0.7);
    const conn = rows.map((row) => ({
      ts: (table.time[row] as number) / 1e6,
      uid: `C${row}`,
      'id.orig_h': table.source[row],
      'id.orig_p': table.sourcePort[row],
      'id.resp_h': table.destination[row],
      'id.resp_p': table.destinationPort[row],
      proto: column('Protocol')[row] === 6 ? 'tcp' : 'udp',
      duration: (column('Flow Duration')[row] as number) / 1e6,
      orig_bytes: column('Total Length of Fwd Packet')[row],
      resp_bytes: column('Total Length of Bwd Packet')[row],
      orig_pkts: column('Total Fwd Packet')[row],
      resp_pkts: column('Total Bwd packets')[row],
    }));
    const bytes = new TextEncoder().encode(`${conn.map((line) => JSON.stringify(line)).join('\n')}\n`);
    const batch = { input: 'conn.log', generation: 'g', offset: 0, line: 1, bytes, arrival: Date.UTC(2018, 0) * 1000, last: true };
    const said = predictionsIn(await lane.process(batch));
    expect(said.length).toBe(rows.length);
    const actual = rows.map((row) => (table.labels?.[row] ?? '').replace(/^.* - Attempted$/, 'BENIGN'));
    const right = said.filter((one, i) => one.class === actual[i]).length / rows.length;
    const largest = actual.filter((label) => label === 'BENIGN').length / rows.length;
    expect(right).toBeGreaterThan(0.9);
    expect(right).toBeGreaterThan(largest + 0.2);
  }, 120_000);
});
