import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { buildReport } from '../sinks/report/index.ts';
import { ANALYSIS } from '../testing/analysis-options.ts';
import { analyzeInputs } from './analyze.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-bounded-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BLOCKS = 3000;
const FAILED = [7, 1400, 2998];

/** Blocks of four lines each in one of two orders, three of which fail. */
function lines(): string {
  const blocks = Array.from({ length: BLOCKS }, (_, i) => {
    const name = `blk_${1000 + i}`;
    const at = (second: number): string => {
      const seconds = Math.floor(i / 10) + second;
      return `081109 20${String(10 + Math.floor(seconds / 60)).padStart(2, '0')}${String(seconds % 60).padStart(2, '0')} 143 INFO dfs.DataNode:`;
    };
    const middle = [`Received block ${name} of size 7${i}`, `PacketResponder 1 for block ${name} terminating`];
    if (i % 2 === 0) middle.reverse();
    if (FAILED.includes(i)) middle[1] = `writeBlock ${name} received exception`;
    return [`Receiving block ${name} src: /10.0.0.${i % 9}:5${i}`, ...middle, `Verification succeeded for ${name}`].map(
      (text, second) => `${at(second)} ${text}`,
    );
  });
  return `${blocks.flat().join('\n')}\n`;
}

async function analysed(detectors: string[], memory?: number, baseline: string[] = []) {
  const path = join(folder, 'hdfs.log');
  writeFileSync(path, lines());
  // Of a quarter of the blocks `pca`, whose scores of alike sessions have no tail, resolves no smaller rate.
  const promise = detectors.includes('pca') ? 0.01 : ANALYSIS.promise;
  const options = { ...ANALYSIS, promise, detectors, baseline, onlySessions: true, ...(memory === undefined ? {} : { memory }) };
  for await (const { report } of analyzeInputs([path], options)) return buildReport(report);
  throw new Error('no report');
}

/** Room for about a quarter of the blocks. */
const QUARTER = 4 * (BLOCKS / 4) * 256;

it.each(['sequence', 'pca'])('judges every session by %s though only some of them fit in memory', async (detector) => {
  const few = await analysed([detector], QUARTER);
  const [judged] = few.detectors;
  expect(judged?.learntRows).toBeLessThanOrEqual(BLOCKS / 4);
  expect(judged?.scored).toBe(BLOCKS);
  expect(judged?.flagged).toBe(FAILED.length);
  for (const failed of FAILED) expect(JSON.stringify(few.groups)).toContain(`blk_${1000 + failed}`);
  expect(few.warnings.map(({ code }) => code)).toContain('sampled');
  expect(JSON.stringify(await analysed([detector], QUARTER))).toBe(JSON.stringify(few));
});

it('says the same with memory to spare', async () => {
  const enough = await analysed(['sequence']);
  expect(enough.warnings.map(({ code }) => code)).not.toContain('sampled');
  expect(JSON.stringify(await analysed(['sequence'], BLOCKS * 4096))).toBe(JSON.stringify(enough));
});

it('judges every session by what it learnt from a part of a baseline', async () => {
  const usual = join(folder, 'usual.log');
  writeFileSync(
    usual,
    lines()
      .split('\n')
      .filter((line) => !line.includes('exception'))
      .join('\n'),
  );
  const { detectors, groups, warnings } = await analysed(['pca'], QUARTER, [usual]);
  expect(detectors[0]).toMatchObject({ scored: BLOCKS, flagged: FAILED.length });
  expect(detectors[0]?.learntRows).toBeLessThanOrEqual(BLOCKS / 4);
  expect(warnings.find(({ code }) => code === 'sampled')?.text).toMatch(/of 3,000 sessions of the baseline, evenly drawn/);
  for (const failed of FAILED) expect(JSON.stringify(groups)).toContain(`blk_${1000 + failed}`);
});
