import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_SCHEMAS } from '../../core/index.ts';
import { type FileInput, listInputs } from '../../sources/index.ts';
import { type ParquetColumn, writeParquet } from '../../store/index.ts';
import { dataset, missing, needs } from '../../testing/datasets.ts';
import { lineTexts } from '../evidence-text.ts';
import { analyzeEvents, type EventAnalysis } from './analyze-events.ts';
import { eventFormat } from './event-files.ts';

async function analysisOf(path: string): Promise<EventAnalysis | undefined> {
  const [input] = await listInputs([path]);
  const format = input === undefined ? undefined : await eventFormat(input);
  return input === undefined || format === undefined ? undefined : analyzeEvents(input, format);
}

async function ofText(text: string): Promise<EventAnalysis | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-events-'));
  try {
    writeFileSync(join(folder, 'events'), text);
    return await analysisOf(join(folder, 'events'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('files of events', () => {
  it('finds a scan in a table with times in any order, tab-separated, and keeps the bad lines', async () => {
    const lines = Array.from({ length: 40 }, (_, i) =>
      ['2024-01-01 00:00:00', '10.0.0.1', '50000', '10.0.0.2', String(40 - i), '6', '1', '0']
        .join('\t')
        .replace('00:00:00', `00:00:${String(59 - i)}`),
    );
    const text = ['Timestamp', 'Src IP', 'Src Port', 'Dst IP', 'Dst Port', 'Protocol', 'Total Fwd Packet', 'Total Bwd packets'].join('\t');
    const analysis = await ofText(`${text}\n${lines.join('\n')}\nsoon\t10.0.0.1\t1\t10.0.0.2\t2\t6\t1\t1\nx\n`);
    expect([analysis?.input.lines, analysis?.input.dead, analysis?.counters.late]).toEqual([40, 2, 0]);
    expect(analysis?.detections.map(({ entity, evidence }) => [entity, evidence[0]?.line])[0]).toEqual(['10.0.0.1', expect.any(Number)]);
  });

  it('finds the same scan in lines of JSON and in Parquet', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      'Src IP': '10.0.0.1',
      'Src Port': 50_000,
      'Dst IP': '10.0.0.2',
      'Dst Port': 40 - i,
      Protocol: 6,
      'Total Fwd Packet': 1,
      'Total Bwd packets': 0,
      ...(i % 2 === 0 ? { 'Tcp State': 'S0' } : {}),
    }));
    const timed = rows.map((row, i) => ({ Timestamp: `2024-01-01 00:00:${String(59 - i)}`, ...row }));
    const names = ['Timestamp', ...Object.keys(rows[0] as object)];
    const csv = [names, ...timed.map((row) => names.map((name) => (row as Record<string, unknown>)[name] ?? ''))];
    const folder = mkdtempSync(join(tmpdir(), 'vedette-events-'));
    try {
      writeFileSync(join(folder, 'flows.csv'), csv.map((cells) => `${cells.join(',')}\n`).join(''));
      writeFileSync(join(folder, 'flows.json'), timed.map((row) => `${JSON.stringify(row)}\n`).join(''));
      const column = (name: string): ParquetColumn => {
        const values = timed.map((row) => (row as Record<string, string | number>)[name]);
        if (name === 'Timestamp') return { name, type: 'time', values: values.map((text) => Date.parse(`${text}Z`) * 1000) };
        return { name, type: typeof values[0] === 'number' ? 'number' : 'string', values };
      };
      await writeParquet(names.map(column), join(folder, 'flows.parquet'));
      const [ofCsv, ofJson, ofParquet] = await Promise.all(
        ['csv', 'json', 'parquet'].map((end) => analysisOf(join(folder, `flows.${end}`))),
      );
      const found = (one: EventAnalysis | undefined) =>
        one?.detections.map(({ key, entity, severity, title }) => [key, entity, severity, title]);
      expect(found(ofCsv)).not.toEqual([]);
      expect(found(ofJson)).toEqual(found(ofCsv));
      expect(found(ofParquet)).toEqual(found(ofCsv));
      expect([ofJson, ofParquet].map((one) => [one?.input.format, one?.input.lines, one?.input.dead, one?.first])).toEqual([
        ['flow-json', 40, 0, ofCsv?.first],
        ['flow-parquet', 40, 0, ofCsv?.first],
      ]);
      expect(statSync(join(folder, 'flows.parquet')).mode).toBe(statSync(join(folder, 'flows.csv')).mode);
      // evidence of a row in Parquet is its row
      const [input] = await listInputs([join(folder, 'flows.parquet')]);
      const evidence = ofParquet?.detections[0]?.evidence ?? [];
      const [line] = await lineTexts(input as FileInput, evidence.slice(0, 1));
      expect(JSON.parse(line?.text ?? '')).toMatchObject({ 'Src IP': '10.0.0.1', Protocol: 6 });
      // a table of readings stays one
      await writeParquet(
        [
          { name: 'timestamp', type: 'time', values: [1e15, 2e15] },
          { name: 'temperature', type: 'number', values: [1, 2] },
        ],
        join(folder, 'readings.parquet'),
      );
      expect(await analysisOf(join(folder, 'readings.parquet'))).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('reads what vedette itself writes of flows', async () => {
    const names = EVENT_SCHEMAS.flow.columns.map(({ name }) => name);
    const row: Record<string, string> = {
      time: '2024-01-01T00:00:00.000001Z',
      sourceAddress: '10.0.0.1',
      destinationAddress: '10.0.0.2',
      durationMicros: '5',
    };
    const analysis = await ofText(`${names.join(',')}\n${names.map((name) => row[name] ?? '').join(',')}\n`);
    expect([analysis?.input.lines, analysis?.first]).toEqual([1, Date.UTC(2024, 0, 1) * 1000 + 1]);
  });

  const NOTICES = 'ids/zeek/slips/test9-mixed-zeek-dir/notice.log';
  it.skipIf(missing(NOTICES))(needs('knows notices of Zeek that are about no connection', NOTICES), async () => {
    const analysis = await analysisOf(dataset(NOTICES) as string);
    expect(analysis?.input.format).toBe('zeek');
    expect(analysis?.events.signature).toBe(18);
  });

  for (const [path, log] of [
    ['ids/zeek/apt29-day1/NASHUA_dce_rpc.log.gz', 'dce_rpc'],
    ['ids/zeek/apt29-day1/NASHUA_smb_files.log.gz', 'smb_files'],
    ['ids/zeek/wrccdc2018-brim/rdp.log.gz', 'rdp'],
    ['ids/zeek/wrccdc2018-brim/modbus.log.gz', 'modbus'],
    ['ids/zeek/slips/test9-mixed-zeek-dir/dhcp.log', 'dhcp'],
    ['ids/zeek/slips/test9-mixed-zeek-dir/software.log', 'software'],
    ['ids/zeek/slips/test9-mixed-zeek-dir/arp.log', 'arp'],
  ] as const) {
    it.skipIf(missing(path))(needs(`keeps the events of a log without columns of its own: ${log}`, path), async () => {
      const analysis = await analysisOf(dataset(path) as string);
      expect([analysis?.input.format, analysis?.input.dead, analysis?.input.lines]).toEqual(['zeek', 0, analysis?.events[log]]);
      expect(analysis?.events[log]).toBeGreaterThan(0);
    });
  }

  it('tells logs from events', async () => {
    expect(await ofText('{"ts":1700000000.5,"level":"info","id":"a1","uid":"b","msg":"started"}\n')).toBeUndefined();
    expect(await ofText('Jan  1 00:00:00 host sshd[1]: session opened\n')).toBeUndefined();
    expect(await ofText('{"message":"no sensor"}\n')).toBeUndefined();
    expect(await ofText('a,b,c\n1,2,3\n')).toBeUndefined();
  });

  it('survives hostile cells', async () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('"', '1e999', '-1', 'NaN', '0x', '::', '9'.repeat(400)));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(cell, { maxLength: 9 }), { maxLength: 10 }), async (rows) => {
        const text = rows.map((row) => row.join(',')).join('\n');
        const analysis = await ofText(`Timestamp,Src IP,Src Port,Dst IP,Dst Port,Protocol,Flow Duration\n${text}\n`);
        expect(analysis?.input.format).toBe('flow-csv');
      }),
      { numRuns: 25 },
    );
  });
});
