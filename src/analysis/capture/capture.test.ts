import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReport, renderHtml } from '../../sinks/report/index.ts';
import { listInputs } from '../../sources/index.ts';
import { ANALYSIS } from '../../testing/analysis-options.ts';
import { ethernet, type Frame, ipv4, pcap, tcp } from '../../testing/packets.ts';
import { analyzeInputs, type InputAnalysis } from '../analyze.ts';
import { analyzeCapture } from './analyze-capture.ts';
import { splitCaptures } from './split-captures.ts';
import { writeFlows } from './write-flows.ts';

const T0 = 1_600_000_000_000_000;
const PROBES = Array.from(
  { length: 30 },
  (_, i): Frame => ({
    time: T0 + i * 1000,
    bytes: ethernet(0x0800, ipv4({ from: '10.0.0.1', to: '10.0.0.2', protocol: 6, payload: tcp({ from: 40_000, to: 1 + i, flags: 2 }) })),
  }),
);
const SCAN = pcap(PROBES);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-capture-'));
  writeFileSync(join(folder, 'scan.bin'), SCAN);
  writeFileSync(join(folder, 'scan.pcap.gz'), gzipSync(SCAN));
  writeFileSync(join(folder, 'cut.pcap.gz'), gzipSync(SCAN).subarray(0, 200));
  writeFileSync(join(folder, 'app.log'), '2026-01-01 10:00:00 started\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const OPTIONS = { ...ANALYSIS, top: 100 };

async function analysed(name: string): Promise<InputAnalysis[]> {
  const results: InputAnalysis[] = [];
  for await (const one of analyzeInputs([join(folder, name)], OPTIONS)) results.push(one);
  return results;
}

describe('captures among other inputs', () => {
  it('are told by their first bytes, whatever their name and compression', async () => {
    const { captures, records } = await splitCaptures(await listInputs([folder]));
    expect(captures.map(({ name }) => name)).toEqual(['cut.pcap.gz', 'scan.bin', 'scan.pcap.gz']);
    expect(records.map(({ name }) => name)).toEqual(['app.log']);
  });

  it('give the same kind of report: packets instead of lines, with the packets that prove it', async () => {
    const [{ report, alerts, input }] = (await analysed('scan.pcap.gz')) as [InputAnalysis];
    expect(input).toMatchObject({ format: 'packets', lines: 30 });
    expect(alerts.map(({ alert }) => alert.detection.title)).toEqual(['Port scan, 10.0.0.1 -> 10.0.0.2: 30 different ports tried']);
    const built = buildReport(report);
    expect(built.summary.headline).toBe('1 unusual pattern in 30 packets: 1 high finding');
    expect(report.lineTexts[0]?.text).toBe('packet 1: 10.0.0.1:40000 > 10.0.0.2:1 TCP SYN, 0 bytes');
    expect(renderHtml(built)).toContain('Packets read');
  });

  it('have findings of their own, also where another shows the same at the same time; the same one again has the same', async () => {
    const other = pcap([...PROBES, { ...(PROBES[0] as Frame), time: T0 + 1_000_000 }]);
    writeFileSync(join(folder, 'other.pcap'), other);
    const idsOf = async (name: string) =>
      (await analysed(name)).flatMap(({ alerts }) => alerts.flatMap(({ alert }) => [alert.id, alert.detection.id]));
    const [first, second, again] = [await idsOf('scan.bin'), await idsOf('other.pcap'), await idsOf('scan.bin')];
    rmSync(join(folder, 'other.pcap'));
    expect(first).toHaveLength(2);
    expect(again).toEqual(first);
    expect(second).toHaveLength(2);
    expect(second.filter((id) => first.includes(id))).toEqual([]);
  });

  it('one of which no packet could be decoded is not judged, and its headline says so', async () => {
    const frames = Array.from({ length: 5 }, (_, i) => ({ time: T0 + i, bytes: new Uint8Array(60) }));
    writeFileSync(join(folder, 'wireless.pcap'), pcap(frames, { linkType: 105 }));
    const [{ report }] = (await analysed('wireless.pcap')) as [InputAnalysis];
    rmSync(join(folder, 'wireless.pcap'));
    expect(buildReport(report).summary.headline).toBe(
      'Nothing could be judged: no packet of 5 could be decoded: its link type is not read',
    );
  });

  it('one cut short is analysed as far as it goes, and says so', async () => {
    const [{ report, input }] = (await analysed('cut.pcap.gz')) as [InputAnalysis];
    expect(input.problem).toBeDefined();
    expect(report.warnings.map(({ code }) => code)).toContain('damaged');
    expect(input.lines).toBeGreaterThan(0);
    expect(input.lines).toBeLessThan(30);
  });

  it('the same capture gives the same findings, and says early when a condition is first true', async () => {
    const fired: number[] = [];
    const path = join(folder, 'scan.bin');
    const first = await analyzeCapture(path, { onFire: ({ firedAt }) => fired.push(firedAt) });
    expect(fired).toEqual([T0 + 19_000]);
    expect(first.flows).toMatchObject({ rows: 30, total: 30 });
    expect((await analyzeCapture(path)).detections).toEqual(first.detections);
  });
});

describe('flows as CSV', () => {
  it.each([
    ['cicflowmeter', 91],
    ['extended', 103],
    ['flowmeter', 39],
  ] as const)('%s: %i columns', async (form, columns) => {
    const [input] = await listInputs([join(folder, 'scan.pcap.gz')]);
    const path = join(folder, `${form}.csv`);
    expect(await writeFlows(input as NonNullable<typeof input>, path, { form })).toMatchObject({ packets: 30, flows: 30 });
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    rmSync(path);
    expect(lines).toHaveLength(31);
    for (const line of lines) expect(line.split(',')).toHaveLength(columns);
    const json = join(folder, `${form}.json`);
    await writeFlows(input as NonNullable<typeof input>, json, { form, format: 'json' });
    const rows = readFileSync(json, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    rmSync(json);
    const names = (lines[0] as string).split(',');
    expect(rows).toHaveLength(30);
    for (const [i, row] of rows.entries()) {
      expect(Object.keys(row)).toEqual(names);
      const cells = (lines[i + 1] as string).split(',');
      for (const [k, name] of names.entries()) {
        if (typeof row[name] === 'number') expect(row[name]).toBe(Number(cells[k]));
        else if (name !== 'Timestamp') expect(row[name] ?? '').toBe(cells[k]);
      }
    }
  });
});
