import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { positionAfter, type RecordBatch } from '../../core/index.ts';
import { collect, sourceContract, recordTexts as texts } from '../../testing/source-contract.ts';
import { type ReadOptions, readFiles } from './read.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-read-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function batches(paths: string[], options: ReadOptions = {}): Promise<RecordBatch[]> {
  return collect(readFiles(paths, { now: () => 7, ...options }));
}

const LINES = Array.from({ length: 5000 }, (_, i) => `line ${i} ${'x'.repeat(i % 90)}x`);
const TEXT = LINES.map((line) => `${line}\n`).join('');

describe('readFiles', () => {
  it('yields every line once with true offsets and line numbers, for any batch size', async () => {
    const path = put('a.log', TEXT);
    for (const batchBytes of [1, 1000, 1 << 20]) {
      const read = await batches([path], { batchBytes });
      expect(texts(read)).toEqual(LINES);
      let offset = 0;
      let line = 1;
      for (const batch of read) {
        expect([batch.input, batch.offset, batch.line]).toEqual(['a.log', offset, line]);
        ({ offset, line } = positionAfter(batch));
      }
      expect(read.map((batch) => batch.last)).toEqual([...read.slice(1).map(() => false), true]);
    }
  });

  it('reads a trail of AWS, one line longer than a record may be, as its records, a piece of the file at a time, and from any batch on', async () => {
    const record = (i: number): object => ({ eventName: 'GetObject', eventSource: 's3.amazonaws.com', eventID: i, pad: 'x'.repeat(400) });
    const trail = Array.from({ length: 8000 }, (_, i) => record(i));
    const text = JSON.stringify({ Records: trail });
    expect(text.length).toBeGreaterThan(3 << 20);
    for (const name of ['trail.json', 'trail.log']) {
      const read = await batches([put(name, text)], { batchBytes: 10_000 });
      expect(texts(read).map((one) => JSON.parse(one) as unknown)).toEqual(trail);
      expect(Math.max(...read.map((batch) => batch.bytes.length))).toBeLessThan((1 << 20) + 1000);
      const position = positionAfter(read[1] as RecordBatch);
      const rest = await collect(readFiles([join(folder, name)], { batchBytes: 10_000 }), () => false, { positions: [position] });
      expect(texts(rest)).toEqual(texts(read.slice(2)));
    }
    const small = await batches([put('small.json', `${JSON.stringify({ Records: trail.slice(0, 2) })}\n`)]);
    expect(texts(small)).toHaveLength(2);
  });

  it('reads gzip of several members like the plain file', async () => {
    put('b.log.gz', Buffer.concat([gzipSync(TEXT.slice(0, 70_001)), gzipSync(TEXT.slice(70_001))]));
    const read = await batches([join(folder, 'b.log.gz')]);
    expect(texts(read)).toEqual(LINES);
  });

  it('yields what is readable of a truncated gzip and counts the damage', async () => {
    const whole = gzipSync(TEXT);
    const path = put('cut.gz', whole.subarray(0, whole.length >> 1));
    const problems: string[] = [];
    const set = readFiles([path], { onProblem: (problem) => problems.push(problem.kind) });
    const read = await collect(set);
    const got = texts(read);
    expect(got.length).toBeGreaterThan(1000);
    expect(got.slice(0, -1)).toEqual(LINES.slice(0, got.length - 1));
    expect(problems).toEqual(['truncated']);
    expect(set.counters().truncated_inputs).toBe(1);
  });

  it('reads a folder recursively, sorted, with names relative to it', async () => {
    put('z.log', 'z\n');
    put('sub/a.log', 'a\n');
    put('.hidden', 'h\n');
    const read = await batches([folder]);
    expect(read.map((batch) => batch.input)).toEqual(['sub/a.log', 'z.log']);
    expect(texts(await batches([folder], { exclude: ['sub/**'] }))).toEqual(['z']);
    expect(texts(await batches([join(folder, '**/*.log')]))).toEqual(['a', 'z']);
  });

  it('turns UTF-16 into UTF-8 and strips byte order marks', async () => {
    const text = 'Größe\n日本語 😀';
    const le = put('le.log', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]));
    const be = put('be.log', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()]));
    const utf8 = put('utf8.log', `\ufeff${text}`);
    expect(texts(await batches([le])).join('\n')).toBe(text);
    expect(texts(await batches([be])).join('\n')).toBe(text);
    const marked = await batches([utf8]);
    expect(texts(marked).join('\n')).toBe(text);
    expect(marked[0]?.offset).toBe(3);
  });

  it('digests the stored bytes', async () => {
    const stored = gzipSync(TEXT);
    const set = readFiles([put('d.gz', stored)], { digest: true });
    await collect(set);
    expect(set.digest('d.gz')).toBe(createHash('sha256').update(stored).digest('hex'));
    expect(set.bytesRead()).toBe(stored.length);
  });

  it('says what is wrong with missing, empty and unsupported inputs', async () => {
    await expect(batches([join(folder, 'none.log')])).rejects.toMatchObject({ code: 'INPUT_MISSING', hint: expect.any(String) });
    await expect(batches([join(folder, '*.nope')])).rejects.toMatchObject({ code: 'INPUT_MISSING', hint: expect.any(String) });
    await expect(batches([folder])).rejects.toMatchObject({ code: 'INPUT_EMPTY', hint: expect.any(String) });
    await expect(batches([put('empty.log', '')])).rejects.toMatchObject({ code: 'INPUT_EMPTY', hint: expect.any(String) });
    await expect(batches([put('a.xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))])).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it.skipIf(!has('zstd'))('reads zstd as the zstd program writes it [skipped where zstd is not installed]', async () => {
    const path = put('c.log', TEXT);
    execFileSync('zstd', ['-q', '-19', path, '-o', `${path}.zst`]);
    expect(texts(await batches([`${path}.zst`]))).toEqual(LINES);
  });

  it.skipIf(!has('zip', '-v'))('reads zip members by name [skipped where zip is not installed]', async () => {
    put('one.log', TEXT);
    put('sub/two.log', 'two\n');
    execFileSync('zip', ['-q', '-r', 'x.zip', 'one.log', 'sub'], { cwd: folder });
    const read = await batches([join(folder, 'x.zip')]);
    expect(new Set(read.map((batch) => batch.input))).toEqual(new Set(['x.zip!one.log', 'x.zip!sub/two.log']));
    expect(texts(read)).toEqual([...LINES, 'two']);
  });
});

describe('readFiles keeps the source contract', () => {
  sourceContract({
    create: () => readFiles([put('a.log', TEXT), put('b.log.gz', gzipSync(TEXT))], { batchBytes: 9000 }),
    expected: [...LINES, ...LINES],
    finite: true,
  });
});

function has(program: string, flag = '--version'): boolean {
  try {
    execFileSync(program, [flag], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
