import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ANALYSIS } from '../testing/analysis-options.ts';
import { analyzeInputs } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-undated-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a report says loudly in how many events no time was recognised', async () => {
  const path = join(folder, 'plain.log');
  writeFileSync(path, Array.from({ length: 1200 }, (_, i) => `pump ${i % 7} reports state ${i % 3}\n`).join(''));
  for await (const { report } of analyzeInputs([path], ANALYSIS)) {
    const [first] = report.warnings.filter(({ code }) => code === 'undated');
    expect(first?.text).toMatch(/^No time was recognised in 1,200 of 1,200 events \(read as plain\)/);
  }
});
