import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { SignatureAnalysis } from './signatures.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('names rules that cannot be used, with the reason', async () => {
  const options = { signatures: { own: false, rules: folder }, labels: async () => [], seed: 1 };
  writeFileSync(join(folder, 'good.yml'), 'title: Good\nlogsource: {}\ndetection: { said: [boom], condition: said }\n');
  expect((await SignatureAnalysis.open('log', options))?.warnings()).toEqual([]);
  writeFileSync(join(folder, 'bad.yml'), 'title: Bad\nlogsource: {}\n');
  expect((await SignatureAnalysis.open('log', options))?.warnings()).toEqual([
    { code: 'rules-unused', text: 'Sigma rules that cannot be used (1): bad.yml (Bad): it has no detection.' },
  ]);
});
