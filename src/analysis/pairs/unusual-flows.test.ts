import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LabelledRow, seededRandom } from '../../core/index.ts';
import { analyzeInputs, type InputAnalysis } from '../analyze.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-pairs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Connection {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly out: number;
  readonly back: number;
}

/** A log of connections as Zeek writes it. */
function connLog(connections: readonly Connection[]): string {
  const lines = connections.map(({ at, from, to, port, out, back }, i) =>
    JSON.stringify({
      _path: 'conn',
      ts: 1_700_000_000 + at,
      uid: `C${i}`,
      'id.orig_h': from,
      'id.orig_p': 50_000,
      'id.resp_h': to,
      'id.resp_p': port,
      proto: 'tcp',
      duration: 0.5,
      orig_bytes: out,
      resp_bytes: back,
      orig_pkts: Math.ceil(out / 1000) + 2,
      resp_pkts: Math.ceil(back / 1000) + 2,
    }),
  );
  return `${lines.join('\n')}\n`;
}

/** Browsing of 20 hosts over `hours`. */
function ordinary(hours: number, seed: number): Connection[] {
  const random = seededRandom(seed);
  return Array.from({ length: hours * 60 }, (_, i) => ({
    at: i * 60 + random() * 50,
    from: `10.0.0.${1 + Math.floor(random() * 20)}`,
    to: `10.1.0.${1 + Math.floor(random() * 9)}`,
    port: random() < 0.8 ? 443 : 80,
    out: 300 + random() * 900,
    back: 2000 + random() * 30_000,
  }));
}

const upload = (at: number): Connection[] =>
  Array.from({ length: 5 }, (_, i) => ({ at: at + i * 60, from: '10.0.0.7', to: '203.0.113.9', port: 4444, out: 60e6, back: 500 }));

async function analysed(
  path: string,
  { baseline = [], label }: { readonly baseline?: readonly string[]; readonly label?: LabelledRow } = {},
): Promise<InputAnalysis> {
  const analyses = analyzeInputs([path], {
    tenant: 't',
    seed: 1,
    promise: 0.001,
    program: '',
    timezone: 'UTC',
    session: 'auto',
    detectors: ['sequence'],
    baseline,
    top: 50,
    signatures: { own: false },
    labels: async (detector) => (detector === 'flow-alarm' && label !== undefined ? [label] : []),
    progress() {},
  });
  for await (const analysis of analyses) return analysis;
  throw new Error('nothing analysed');
}

const strange = ({ alerts }: InputAnalysis) =>
  alerts
    .map(({ alert }) => alert.detection)
    .filter(({ detector, related }) => detector === 'flow-alarm' && related?.includes('203.0.113.9'));

describe('flows unlike ordinary ones in a sensor file', () => {
  beforeAll(() => {
    writeFileSync(join(folder, 'usual.log'), connLog(ordinary(30, 1)));
    const mixed = [...ordinary(30, 2), ...upload(40_000)].sort((a, b) => a.at - b.at);
    writeFileSync(join(folder, 'mixed.log'), connLog(mixed));
    writeFileSync(join(folder, 'short.log'), connLog([...ordinary(1, 3), ...upload(100)]));
  });

  it('are found among the others, with the lines behind them', async () => {
    const analysis = await analysed(join(folder, 'mixed.log'));
    const [found] = strange(analysis);
    expect(found).toMatchObject({ entity: '10.0.0.7', key: '10.0.0.7 > 203.0.113.9' });
    expect(found?.evidence).toHaveLength(5);
    const texts = found?.evidence.map(({ line }) => analysis.report.lineTexts.find((one) => one.line === line)?.text ?? '');
    expect(texts?.every((text) => text.includes('203.0.113.9'))).toBe(true);
    const [report] = analysis.report.detectors;
    expect(report).toMatchObject({ name: 'flow-alarm', learntFrom: 'input', promisedRate: 0.001, extrapolated: false });
    expect(report?.flagged).toBeLessThanOrEqual(1 + 0.001 * 4 * (report?.scored ?? 0));
    expect(report?.scored).toBeGreaterThan(1000);
  }, 60_000);

  it('are found in a short file by a baseline; without one it says that there is too little', async () => {
    const alone = await analysed(join(folder, 'short.log'));
    expect(strange(alone)).toEqual([]);
    expect(alone.report.warnings.find(({ code }) => code === 'flow-alarm')?.text).toMatch(
      /are too few to tell what is usual here \(300 are needed\)/,
    );
    const taught = await analysed(join(folder, 'short.log'), { baseline: [join(folder, 'usual.log')] });
    expect(strange(taught)).toHaveLength(1);
    expect(taught.report.detectors[0]).toMatchObject({ learntFrom: 'baseline', learntFromName: 'usual.log' });
  }, 60_000);

  it('stay away once a verdict said that they are expected', async () => {
    const first = await analysed(join(folder, 'mixed.log'));
    const [alert] = first.alerts.filter(({ alert }) => alert.detection.related?.includes('203.0.113.9'));
    const label = { alertId: alert?.alert.id ?? '', verdict: 'benign' as const, entity: '10.0.0.7', row: alert?.row ?? new Uint8Array() };
    expect(strange(await analysed(join(folder, 'mixed.log'), { label }))).toEqual([]);
  }, 60_000);
});

describe('flows unlike those of a baseline in a table', () => {
  it('come with their lines, the strangest first', async () => {
    const header = 'Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Total Fwd Packet,Flow Bytes/s';
    const table = (count: number, seed: number, odd: number) => {
      const random = seededRandom(seed);
      const row = (i: number, strange: boolean) => {
        const size = 1 + Math.floor(random() * 50);
        const time = `2017-07-03 ${String(8 + (i % 10)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}:00`;
        const source = strange ? '10.9.9.9' : `10.0.0.${i % 40}`;
        return `${source},${1024 + i},192.168.0.1,443,6,${time},${size * 1000},${strange ? 900 : size},${size * 7}`;
      };
      return [header, ...Array.from({ length: count }, (_, i) => row(i, false)), ...Array.from({ length: odd }, () => row(60, true))];
    };
    writeFileSync(join(folder, 'usual.csv'), `${table(1200, 1, 0).join('\n')}\n`);
    const seen = table(200, 2, 3);
    writeFileSync(join(folder, 'seen.csv'), `${seen.join('\n')}\n`);
    const { alerts, report } = await analysed(join(folder, 'seen.csv'), { baseline: [join(folder, 'usual.csv')] });
    const found = alerts
      .map(({ alert }) => alert.detection)
      .find(({ entity, detector }) => entity === '10.9.9.9' && detector === 'flow-alarm');
    expect(found?.evidence.map(({ input, line }) => `${input}:${line}`).sort()).toEqual(['seen.csv:202', 'seen.csv:203', 'seen.csv:204']);
    for (const { line } of found?.evidence ?? []) expect(report.lineTexts.find((one) => one.line === line)?.text).toBe(seen[line - 1]);
  }, 60_000);
});
