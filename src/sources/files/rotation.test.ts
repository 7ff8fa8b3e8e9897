import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hashOf } from './generation.ts';
import { holds } from './rotation.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-rotation-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.skipIf(process.platform !== 'linux')('leaves no file open that it looked into', async () => {
  const path = join(folder, 'a.log');
  const content = Buffer.from('x'.repeat(300_000));
  writeFileSync(path, content);
  const generation = { device: '1', inode: '1', headBytes: 1024, headHash: hashOf(content.subarray(0, 1024)) };
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  for (let i = 0; i < 30; i++) expect(await holds(path, generation)).toBe(true);
  expect(await holds(path, { ...generation, headHash: 'other' })).toBe(false);
  expect(open()).toBeLessThan(before + 10);
});
