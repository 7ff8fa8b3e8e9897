import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordCount } from '../../core/index.ts';
import { collect, recordTexts } from '../../testing/source-contract.ts';
import { readFiles } from '../files/read.ts';
import { DEFAULT_EXPANSION, Expansion } from './expansion.ts';
import { gunzip } from './gzip.ts';
import { unzstd } from './zstd.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-bytes-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function size(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let total = 0;
  for await (const chunk of chunks) total += chunk.length;
  return total;
}

/** A zstd frame of run-length blocks (RFC 8878): 4 bytes for 128 KiB. */
function zstdRuns(blocks: number, windowDescriptor = 0x50): Buffer {
  const block = (last: number) => {
    const header = (131_072 << 3) | (1 << 1) | last;
    return Buffer.from([header & 255, (header >> 8) & 255, (header >> 16) & 255, 97]);
  };
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, windowDescriptor]);
  return Buffer.concat([header, ...Array.from({ length: blocks }, (_, i) => block(i === blocks - 1 ? 1 : 0))]);
}

describe('decompression', () => {
  it('refuses a gzip bomb with bounded memory and one clear error', async () => {
    const path = put('bomb.gz', gzipSync(Buffer.alloc(200 << 20)));
    const before = process.memoryUsage().arrayBuffers;
    await expect(collect(readFiles([path]))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', hint: expect.any(String) });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 << 20);
  });

  it('refuses a zstd bomb and a zstd window that nobody needs', async () => {
    await expect(collect(readFiles([put('bomb.zst', zstdRuns(5000))]))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    await expect(collect(readFiles([put('window.zst', zstdRuns(1, 0xf8))]))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(await size(unzstd([zstdRuns(10)], 'x', new Expansion('x', DEFAULT_EXPANSION)))).toBe(10 * 131_072);
  });

  it('counts a truncated zstd file and yields what came before', async () => {
    const set = readFiles([put('cut.zst', zstdRuns(10).subarray(0, 30))]);
    const batches = await collect(set);
    expect(batches.reduce((sum, batch) => sum + batch.bytes.length, 0)).toBe(6 * 131_072);
    expect(set.counters().truncated_inputs).toBe(1);
  });

  it('takes random bytes behind a magic number', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (bytes, gzip) => {
        const stream = [gzip ? Uint8Array.from([0x1f, 0x8b, 8, 0, ...bytes]) : Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, ...bytes])];
        const limit = new Expansion('x', DEFAULT_EXPANSION);
        const decoded = gzip ? gunzip(stream, limit) : unzstd(stream, 'x', limit);
        const failure = await size(decoded).then(
          () => '',
          (error: Error) => error.name,
        );
        expect(['', 'DamagedStream', 'VedetteError']).toContain(failure);
      }),
      { numRuns: 300 },
    );
  });

  it('says that a cut zip archive is damaged', async () => {
    const zip = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(100)]);
    await expect(collect(readFiles([put('cut.zip', zip)]))).rejects.toMatchObject({ code: 'INPUT_UNREADABLE', hint: expect.any(String) });
    const lying = Buffer.concat([zip, Buffer.from('PK\x05\x06'), Buffer.alloc(8), Buffer.from([255, 255, 0, 0, 255, 255, 0, 0, 0, 0])]);
    await expect(collect(readFiles([put('lying.zip', lying)]))).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
  });
});

describe('records of any size', () => {
  it('cuts a 64 MiB line, compressed or not, and goes on behind it', async () => {
    const content = Buffer.concat([Buffer.from('a\n'), Buffer.alloc(64 << 20, 120), Buffer.from('\nb\n')]);
    for (const [name, stored] of [
      ['long.log', content],
      ['long.log.gz', gzipSync(content, { level: 1 })],
    ] as const) {
      const set = readFiles([put(name, stored)], { maxRecordBytes: 1 << 20 });
      const batches = (await collect(set)).filter((batch) => recordCount(batch) > 0);
      expect(batches.map((batch) => [batch.line, batch.bytes.length, batch.truncated ?? false])).toEqual([
        [1, 2, false],
        [2, 1 << 20, true],
        [3, 2, false],
      ]);
      expect(set.counters()).toMatchObject({ oversized: 1, skipped_bytes: (63 << 20) + 1 });
    }
  });

  it('gives the lines of random bytes, whatever the limits', async () => {
    const path = join(folder, 'random.log');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 2000 }), fc.integer({ min: 1, max: 300 }), async (bytes, batchBytes) => {
        const text = Buffer.from(bytes.map((byte) => (byte < 40 ? 10 : 33 + (byte % 90))));
        writeFileSync(path, text);
        const lines = text.toString().split('\n');
        if (lines.at(-1) === '') lines.pop();
        expect(recordTexts(await collect(readFiles([path], { batchBytes })))).toEqual(lines);
      }),
      { numRuns: 100 },
    );
  });
});
