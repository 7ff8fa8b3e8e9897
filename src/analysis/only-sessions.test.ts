import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { buildReport } from '../sinks/report/index.ts';
import { ANALYSIS } from '../testing/analysis-options.ts';
import { analyzeInputs } from './analyze.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-only-sessions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Blocks of three lines each, one of which fails. */
function lines(): string {
  const blocks = Array.from({ length: 400 }, (_, i) => {
    const head = (second: number) => `081109 2035${String(10 + ((i + second) % 50))} 143 INFO dfs.DataNode:`;
    const name = `blk_${1000 + i}`;
    const end = i === 300 ? `writeBlock ${name} received exception` : `Verification succeeded for ${name}`;
    return [
      `${head(0)} Receiving block ${name} src: /10.0.0.${i % 9}:5${i}`,
      `${head(1)} Received block ${name} of size 7${i}`,
      `${head(2)} ${end}`,
    ];
  });
  return `${blocks.flat().join('\n')}\n`;
}

async function analysed(onlySessions: boolean) {
  const path = join(folder, 'hdfs.log');
  writeFileSync(path, lines());
  const options = { ...ANALYSIS, promise: 0.01, detectors: ['pca'], top: 10, onlySessions };
  for await (const { report } of analyzeInputs([path], options)) return buildReport(report);
  throw new Error('no report');
}

it('finds in sessions what it finds with the lines looked at too, and nothing else', async () => {
  const [whole, only] = [await analysed(false), await analysed(true)];
  expect(whole.detectors.map(({ name }) => name)).toEqual(['pca', 'novelty', 'rate', 'numbers']);
  expect(only.detectors).toEqual(whole.detectors.slice(0, 1));
  expect(only.detectors[0]?.flagged).toBeGreaterThan(0);
  expect(JSON.stringify(only.groups)).toContain('blk_1300');
});
