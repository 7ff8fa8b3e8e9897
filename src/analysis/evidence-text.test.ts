import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { listInputs } from '../sources/index.ts';
import { lineTexts } from './evidence-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-evidence-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LINES = ['one line', 'another, größer', `a long one: ${'x'.repeat(5000)}`, '', 'the last\r'];
const bytes = new TextEncoder().encode(`${LINES.join('\n')}\n`);

/** Where each line is, the last first. */
const places = () => {
  let offset = 0;
  const found = LINES.map((text, i) => {
    const { length } = new TextEncoder().encode(`${text}\n`);
    const place = { input: 'a.log', line: i + 1, offset, length };
    offset += length;
    return place;
  });
  return found.reverse();
};

it('reads the lines of a plain file from their places, and says the same of a packed one', async () => {
  writeFileSync(join(folder, 'a.log'), bytes);
  writeFileSync(join(folder, 'b.log.gz'), gzipSync(bytes));
  const [plain, packed] = await listInputs([folder]);
  if (plain === undefined || packed === undefined) throw new Error('no inputs');
  const row = { input: 'a.log', line: 9, offset: 3, length: 0 };
  const wanted = [...places(), row, { input: 'a.log', line: 99, offset: bytes.length + 10, length: 5 }];
  const texts = await lineTexts(plain, wanted);
  expect(texts.map(({ text }) => text)).toEqual([LINES[0], '', LINES[1], (LINES[2] as string).slice(0, 2000), '', 'the last']);
  expect(texts.map(({ line }) => line)).toEqual([1, 9, 2, 3, 4, 5]);
  expect(await lineTexts(packed, wanted)).toEqual(texts.map((text) => ({ ...text, input: packed.name })));
});
