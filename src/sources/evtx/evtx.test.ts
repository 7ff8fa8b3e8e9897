import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { EvtxFile } from '@ts-evtx/core';
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
  return readdirSync(folder).map((name) => [name, gunzipSync(readFileSync(join(folder, name)))]);
}

/** Text of an XML element as the independent reader @ts-evtx/core renders it. */
function xmlValues(xml: string): Map<string, string> {
  const decode = (text: string) =>
    text
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&quot;/g, '"')
      .replace(/&apos;|&#39;/g, "'")
      .replace(/&amp;/g, '&');
  return new Map(
    [...xml.matchAll(/<Data Name="([^"]*)">([^<]*)<\/Data>/g)].map((match) => [decode(match[1] as string), decode(match[2] as string)]),
  );
}

/** The other reader indents text and prints hexadecimal numbers in decimal, where Windows (and we) print 0x…. */
function sameValue(ours: string, theirs: string): boolean {
  const [a, b] = [ours, theirs].map((text) => text.replace(/\s+/g, ' ').trim()) as [string, string];
  return a === b || (a.startsWith('0x') && BigInt(a) === (/^(0x[\da-f]+|\d+)$/i.test(b) ? BigInt(b) : -1n));
}

describe('evtx', () => {
  it.skipIf(missing('ids/evtx'))(needs('reads what an independent reader reads from 60 attack samples', 'ids/evtx'), async () => {
    let compared = 0;
    let events = 0;
    const differences: string[] = [];
    for (const [name, file] of samples()) {
      const ours = await read(file);
      const theirs = [...new EvtxFile(file).records()];
      expect([name, ours.events.map((event) => event.winlog.record_id)]).toEqual([
        name,
        theirs.map((record) => String(record.recordNum())),
      ]);
      expect([name, ours.bad]).toEqual([name, []]);
      for (const [i, record] of theirs.entries()) {
        const event = ours.events[i] as WindowsEvent;
        const xml = record.renderXml();
        events++;
        expect(event.event.code).toBe(/<EventID[^>]*>(\d+)</.exec(xml)?.[1]);
        expect(event.host.name).toBe(/<Computer>([^<]*)</.exec(xml)?.[1]);
        expect(event['@timestamp'].slice(0, 19)).toBe(/SystemTime="([^"]{19})/.exec(xml)?.[1]);
        for (const [key, value] of xmlValues(xml)) {
          const mine = event.winlog.event_data?.[key];
          compared++;
          if (!sameValue(String(mine ?? ''), value))
            differences.push(`${name} ${event.winlog.record_id} ${key}: ${String(mine)} / ${value}`);
        }
      }
    }
    expect(events).toBeGreaterThan(300);
    expect(compared).toBeGreaterThan(3000);
    expect(differences.slice(0, 20)).toEqual([]);
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
