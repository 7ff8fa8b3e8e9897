import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '../../testing/context.ts';
import { collect, sourceContract } from '../../testing/source-contract.ts';
import { readFiles } from '../files/read.ts';
import { exportLines } from './export.ts';
import journald from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry = (i: number) => JSON.stringify({ __CURSOR: `s=1;i=${i}`, MESSAGE: `message ${i} "__CURSOR":"no"` });
const ENTRIES = Array.from({ length: 200 }, (_, i) => entry(i));

/** A program with journalctl's options and output over a fixed journal that then waits. */
function program(): string {
  const path = join(folder, 'journal.cjs');
  const code = `#!${process.execPath}
const entries = ${JSON.stringify(ENTRIES)};
const cursor = process.argv.find((arg) => arg.startsWith('--after-cursor='))?.slice(15);
const after = cursor === undefined ? -1 : entries.findIndex((line) => JSON.parse(line).__CURSOR === cursor);
process.stdout.write(entries.slice(after + 1).map((line) => line + '\\n').join(''));
setInterval(() => {}, 1000);
`;
  writeFileSync(path, code);
  chmodSync(path, 0o755);
  return path;
}

function create(settings: object): ReturnType<typeof journald.create> {
  return journald.create(journald.config.parse({ gatherMs: 20, ...settings }), testContext('journald'));
}

describe('journald', () => {
  sourceContract({ create: () => create({ command: program(), batchBytes: 2000 }), expected: ENTRIES, finite: false });

  it('says what is missing', async () => {
    const source = create({ command: join(folder, 'none') });
    await expect(collect(source)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE', hint: expect.any(String) });
  });
});

describe('journald export file', () => {
  sourceContract({
    create: () => {
      const path = join(folder, 'export');
      writeFileSync(path, ENTRIES.map((_, i) => `__CURSOR=c${i}\nMESSAGE=entry ${i}\n\n`).join(''));
      return create({ path, batchBytes: 500 });
    },
    expected: ENTRIES.map((_, i) => JSON.stringify({ __CURSOR: `c${i}`, MESSAGE: `entry ${i}` })),
    finite: true,
  });

  async function lines(bytes: Uint8Array, pieces: number, maxBytes = 10_000): Promise<{ entries: unknown[]; bad: string[] }> {
    const bad: string[] = [];
    const text: string[] = [];
    const chunks = Array.from({ length: Math.ceil(bytes.length / pieces) }, (_, i) => bytes.subarray(i * pieces, (i + 1) * pieces));
    for await (const chunk of exportLines(chunks, maxBytes, (reason) => bad.push(reason))) text.push(Buffer.from(chunk).toString());
    return {
      entries: text
        .join('')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown),
      bad,
    };
  }

  function binary(name: string, value: Uint8Array): Buffer {
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(value.length));
    return Buffer.concat([Buffer.from(`${name}\n`), size, value, Buffer.from('\n')]);
  }

  it('reads binary and repeated fields for any piece size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 90 }),
        async (values, pieces) => {
          const bytes = Buffer.concat(
            values.map((value) => Buffer.concat([binary('MESSAGE', Buffer.from(value)), Buffer.from('A=1\nA=2\n\n')])),
          );
          const { entries, bad } = await lines(bytes, pieces);
          expect(bad).toEqual([]);
          expect(entries).toEqual(values.map((value) => ({ MESSAGE: Buffer.from(value).toString(), A: ['1', '2'] })));
        },
      ),
    );
    expect((await lines(Buffer.concat([binary('RAW', Buffer.from([255, 0, 1])), Buffer.from('\n')]), 5)).entries).toEqual([
      { RAW: [255, 0, 1] },
    ]);
  });

  it('is recognised wherever files are read, and read as lines of JSON are', async () => {
    const bytes = Buffer.concat([
      Buffer.from('__CURSOR=a\n__REALTIME_TIMESTAMP=1700000000000000\nPRIORITY=3\n_HOSTNAME=web1\n_PID=7\nMESSAGE=one\n\n__CURSOR=b\n'),
      binary('MESSAGE', Buffer.from('two\nlines')),
      Buffer.from('\n'),
    ]);
    const path = join(folder, 'journal.export');
    writeFileSync(path, bytes);
    writeFileSync(`${path}.gz`, gzipSync(bytes));
    for (const each of [path, `${path}.gz`]) {
      const text = (await collect(readFiles([each]))).map((batch) => Buffer.from(batch.bytes).toString()).join('');
      expect(
        text
          .trim()
          .split('\n')
          .map((line) => (JSON.parse(line) as { MESSAGE: string }).MESSAGE),
      ).toEqual(['one', 'two\nlines']);
    }
    const json = join(folder, 'journal.json');
    writeFileSync(json, `${ENTRIES.slice(0, 3).join('\n')}\n`);
    const source = create({ path: json });
    expect(
      (await collect(source))
        .map((batch) => Buffer.from(batch.bytes).toString())
        .join('')
        .trim()
        .split('\n'),
    ).toEqual(ENTRIES.slice(0, 3));
  });

  it('takes hostile lengths and random bytes', async () => {
    const huge = Buffer.concat([Buffer.from('MESSAGE\n'), Buffer.alloc(8, 0xff), Buffer.from('rest\n\n')]);
    expect((await lines(huge, 3)).bad).toHaveLength(1);
    expect((await lines(Buffer.from(`M=${'x'.repeat(20_000)}\n\nA=1\n\n`), 512)).bad.length).toBeGreaterThan(0);
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 500 }),
        fc.integer({ min: 1, max: 60 }),
        async (bytes, pieces) => void (await lines(bytes, pieces)),
      ),
    );
  });
});
