import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { collect } from '../../testing/source-contract.ts';
import { listInputs } from './inputs.ts';
import { readRange } from './range.ts';
import { readFiles } from './read.ts';

it('reads again what a batch held, from plain, marked, UTF-16 and compressed files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-range-'));
  const text = Array.from({ length: 3000 }, (_, i) => `zeile ${i} größe\n`).join('');
  writeFileSync(join(folder, 'plain.log'), text);
  writeFileSync(join(folder, 'marked.log'), `\ufeff${text}`);
  writeFileSync(join(folder, 'wide.log'), Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]));
  writeFileSync(join(folder, 'packed.log.gz'), gzipSync(text));
  const inputs = new Map((await listInputs([folder])).map((input) => [input.name, input]));
  const batches = (await collect(readFiles([folder], { batchBytes: 20_000 }))).filter((batch) => batch.bytes.length > 0);
  expect(new Set(batches.map((batch) => batch.input)).size).toBe(4);
  for (const batch of batches) {
    const input = inputs.get(batch.input);
    if (input === undefined) throw new Error(`${batch.input} is not listed`);
    expect(Buffer.compare(await readRange(input, batch.offset, batch.bytes.length), batch.bytes)).toBe(0);
  }
  rmSync(folder, { recursive: true });
});
