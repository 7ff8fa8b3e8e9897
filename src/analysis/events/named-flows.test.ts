import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LoadedModel } from '../../registry/index.ts';
import { listInputs } from '../../sources/index.ts';
import { ethernet, type Frame, ipv4, pcap, tcp, udp } from '../../testing/packets.ts';
import { readFlows } from '../../training/flows/index.ts';
import { trainFlowModel } from '../../training/index.ts';
import { type AnalysisOptions, analyzeInputs, type InputAnalysis, writeFlows } from '../index.ts';

const T0 = 1_600_000_000_000_000;
const frame = (time: number, from: string, to: string, protocol: number, payload: Uint8Array): Frame => ({
  time: T0 + time,
  bytes: ethernet(0x0800, ipv4({ from, to, protocol, payload })),
});

const FRAMES = [
  ...Array.from({ length: 800 }, (_, i) => [
    frame(i * 50_000, `10.0.0.${10 + (i % 60)}`, '10.0.0.2', 17, udp(20_000 + i, 53, new Uint8Array(30 + ((i * 7) % 41)))),
    frame(i * 50_000 + 20_000, '10.0.0.2', `10.0.0.${10 + (i % 60)}`, 17, udp(53, 20_000 + i, new Uint8Array(90 + ((i * 7) % 41)))),
  ]),
  ...Array.from({ length: 200 }, (_, i) => [
    frame(5_000_000 + i * 10_000, '10.9.9.9', '10.0.0.7', 6, tcp({ from: 50_000 + i, to: 1 + i, flags: 2 })),
    frame(5_000_900 + i * 10_000, '10.0.0.7', '10.9.9.9', 6, tcp({ from: 1 + i, to: 50_000 + i, flags: 20 })),
  ]),
]
  .flat()
  .sort((a, b) => a.time - b.time);

let folder = '';
let capture = '';
let table = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'named-flows-'));
  capture = join(folder, 'seen.pcap');
  table = join(folder, 'flows.csv');
  await writeFile(capture, pcap(FRAMES));
  const [input] = await listInputs([capture]);
  await writeFlows(input as NonNullable<typeof input>, table);
  const lines = (await readFile(table, 'utf8')).split('\n');
  const labelled = lines.map((line) => line.replace('NeedManualLabel', line.includes('10.9.9.9') ? 'PortScan' : 'BENIGN'));
  await writeFile(table, labelled.join('\n'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function trained(detector: string, options: Record<string, unknown>): Promise<LoadedModel> {
  const { info, files } = await trainFlowModel({ detector, table: await readFlows([table]), options, seed: 3, promise: 0.02 });
  return { manifest: { ...info, name: 'm', version: 1 } as unknown as LoadedModel['manifest'], files, sha256: 'f'.repeat(64) };
}

async function analysed(path: string, loaded: LoadedModel): Promise<InputAnalysis> {
  const options: AnalysisOptions = {
    tenant: 'default',
    seed: 1,
    promise: 0.02,
    program: 'vedette test',
    timezone: 'UTC',
    session: 'auto',
    detectors: ['sequence'],
    baseline: [],
    flowModel: { loaded, name: 'm@1' },
    signatures: { own: false },
    labels: async () => [],
    progress: () => {},
    top: 20,
  };
  for await (const one of analyzeInputs([path], options)) return one;
  throw new Error('nothing was analysed');
}

const found = ({ alerts }: InputAnalysis, detector: string) =>
  alerts.map(({ alert }) => alert.detection).filter((one) => one.detector === detector);
const said = ({ report }: InputAnalysis) => report.warnings.filter(({ code }) => code === 'flow-model').map(({ text }) => text);

describe('flows named by a registered model', () => {
  it('are metered from a capture as from its table, with the accuracy where that is labelled', async () => {
    const model = await trained('flow-classifier', { rounds: 20 });
    const ofCapture = await analysed(capture, model);
    const [scan] = found(ofCapture, 'flow-classifier');
    expect(found(ofCapture, 'flow-classifier').length).toBe(1);
    expect(scan).toMatchObject({ entity: '10.9.9.9', related: ['10.0.0.7'], techniques: ['T1046'] });
    expect(scan?.title).toMatch(/^200 flows from 10\.9\.9\.9 to 10\.0\.0\.7 look like PortScan \(probability 0\.\d{3}\)/);
    expect(said(ofCapture)).toEqual([expect.stringMatching(/^m@1 named 1,000 flows: BENIGN 800, PortScan 200\. .* calibrated on \d+/)]);
    expect(said(ofCapture)[0]).not.toContain('Accuracy');
    const ofTable = await analysed(table, model);
    expect(found(ofTable, 'flow-classifier').map(({ title }) => title)).toEqual([scan?.title]);
    expect(said(ofTable)[0]).toContain('Accuracy 1.0000 of 1,000 labelled flows (always the largest class: 0.8000)');
  }, 60_000);

  it('of a sensor need what it does not tell, which is said', async () => {
    const conn = join(folder, 'conn.log');
    const line = (i: number) => ({
      ...{ ts: T0 / 1e6 + i, uid: `C${i}`, 'id.orig_h': '10.9.9.9', 'id.orig_p': 50_000 + i, 'id.resp_h': '10.0.0.7', 'id.resp_p': i },
      ...{ proto: 'tcp', duration: 0.0009, orig_bytes: 0, resp_bytes: 0, orig_pkts: 1, resp_pkts: 1, conn_state: 'REJ' },
    });
    await writeFile(conn, Array.from({ length: 30 }, (_, i) => JSON.stringify(line(i + 1))).join('\n'));
    const whole = await analysed(conn, await trained('flow-classifier', { rounds: 5 }));
    expect(said(whole)).toEqual([expect.stringMatching(/^m@1 scored none of 30 flows: it needs columns .*RST/)]);
    const { columns } = await readFlows([table]);
    const told = ['Protocol', 'Flow Duration', 'Total Length of Fwd Packet', 'Total Length of Bwd Packet', 'Flow Packets/s'];
    const drop = columns.map(({ name }) => name).filter((name) => !told.includes(name));
    const fewer = await analysed(conn, await trained('flow-classifier', { rounds: 20, drop }));
    expect(said(fewer)[0]).toContain('m@1 named 30 flows: PortScan 30.');
    expect(found(fewer, 'flow-classifier').map(({ title }) => title)).toEqual([
      expect.stringMatching(/^30 flows from 10\.9\.9\.9 to 10\.0\.0\.7/),
    ]);
  }, 60_000);

  it('are looked for: a model is not left unused without a word', async () => {
    const log = join(folder, 'app.log');
    await writeFile(
      log,
      Array.from({ length: 50 }, (_, i) => `2024-01-01 00:00:${String(i % 60).padStart(2, '0')} INFO step ${i}`).join('\n'),
    );
    await expect(analysed(log, await trained('isolation-forest', { trees: 5 }))).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
  }, 60_000);

  it('show what a novelty model finds in rows it had not learnt from, and the weights of a logistic regression', async () => {
    const table2 = await readFlows([capture]);
    expect([table2.rows, table2.labels]).toEqual([1000, undefined]);
    const novelty = await trainFlowModel({
      ...{ detector: 'isolation-forest', table: await readFlows([table]), options: { trees: 50 } },
      ...{ seed: 1, promise: 0.05 },
    });
    expect(novelty.trained.evaluation?.metrics.roc_auc).toBeGreaterThan(0.95);
    expect(novelty.info.metrics.roc_auc).toBe(novelty.trained.evaluation?.metrics.roc_auc);
    const options = { algorithm: 'logistic', epochs: 5 };
    const logistic = await trainFlowModel({
      detector: 'flow-classifier',
      table: await readFlows([table]),
      options,
      seed: 1,
      promise: 0.05,
    });
    const { importance } = logistic.trained;
    expect(importance.length).toBeGreaterThan(5);
    expect(importance[0]?.[1]).toBeGreaterThan(importance.at(-1)?.[1] ?? 1);
  }, 60_000);
});
