import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listInputs } from '../../sources/index.ts';
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

  it('tells logs from events', async () => {
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
