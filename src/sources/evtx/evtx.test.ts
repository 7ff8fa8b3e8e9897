import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataset, missing, needs } from '../../testing/datasets.ts';
import { evtxLines } from './lines.ts';

interface WindowsEvent {
  '@timestamp': string;
  event: { code: string; provider: string };
  host: { name: string };
  winlog: { record_id: string; channel: string; event_data?: Record<string, unknown> };
}

async function read(file: Uint8Array, pieces = 100_000): Promise<{ events: WindowsEvent[]; bad: string[] }> {
  const bad: string[] = [];
  const text: string[] = [];
  const chunks = Array.from({ length: Math.ceil(file.length / pieces) }, (_, i) => file.subarray(i * pieces, (i + 1) * pieces));
  for await (const lines of evtxLines(chunks, (reason) => bad.push(reason))) text.push(Buffer.from(lines).toString());
  return {
    events: text
      .join('')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as WindowsEvent),
    bad,
  };
}

function samples(): [string, Uint8Array][] {
  const folder = dataset('ids/evtx') as string;
  return readdirSync(folder)
    .sort()
    .map((name) => [name, gunzipSync(readFileSync(join(folder, name)))]);
}

function normal(value: unknown): string {
  return value === undefined || value === null ? '' : String(value).replace(/[{}]/g, '').trim();
}

describe('evtx', () => {
  it.skipIf(missing('ids/evtx'))(needs('reads what an independent reader reads from 60 attack samples', 'ids/evtx'), async () => {
    const hash = createHash('sha256');
    let events = 0;
    let values = 0;
    for (const [name, file] of samples()) {
      const ours = await read(file);
      expect([name, ours.bad]).toEqual([name, []]);
      for (const event of ours.events) {
        events++;
        const data = Object.entries(event.winlog.event_data ?? {})
          .filter(([key, value]) => !/^param\d+$/.test(key) && typeof value !== 'object' && normal(value) !== '')
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, value]) => `${key}=${normal(value)}`);
        values += data.length;
        hash.update(`${[event.event.code, event.host.name, event['@timestamp'].slice(0, 19), ...data].join('|')}\n`);
      }
    }
    // Source: evtx 0.14.0 (Rust, from PyPI), records_json over the same 60 files, without the braces around GUIDs and
    // without param1, param2, …, which is also what unnamed values are called here.
    expect([events, values]).toEqual([341, 4583]);
    expect(hash.digest('hex')).toBe('e8de6943337a0e4465c3c3a4e830e55d7d380e36a1d2fc18515620d5a9c02195');
  });

  it.skipIf(missing('ids/evtx'))(needs('reads the same for any piece size', 'ids/evtx'), async () => {
    const [, file] = samples()[0] as [string, Uint8Array];
    expect((await read(file, 777)).events).toEqual((await read(file)).events);
  });

  it.skipIf(missing('ids/evtx'))(needs('skips and counts what is damaged', 'ids/evtx'), async () => {
    const [, file] = samples()[0] as [string, Uint8Array];
    const whole = (await read(file)).events.length;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(file.length - 4097), fc.nat(255)), { minLength: 1, maxLength: 400 }), async (changes) => {
        const broken = file.slice();
        for (const [at, byte] of changes) broken[4096 + at] = byte;
        const { events } = await read(broken);
        expect(events.length).toBeLessThanOrEqual(whole + 50);
      }),
      { numRuns: 60 },
    );
    const marked = file.slice();
    marked[4096] = 0;
    expect((await read(marked)).bad).toContain('a chunk does not begin with its mark');
  });
});
