import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TemplateMiner } from '../src/parsers/drain/miner.ts';
import { createLogParser, type LogParserOptions } from '../src/parsers/index.ts';
import { type Drain3, drain3Baselines } from './drain3-baseline.ts';
import type { Measurement, Skipped } from './measurement.ts';
import { diverseLog, repetitiveLog } from './parsing-corpus.ts';

const LINES = 400_000;
const BASELINE_LINES = 40_000;
const BATCH_BYTES = 1 << 20;
const BATCH_LINES = 10_000;
const ROUNDS = 5;

/** Lines per second of CPU time, so that what else runs on the machine counts little: template ids only, with parameters, and with header, time and parameters; against drain3. */
export default async function bench(): Promise<(Measurement | Skipped)[]> {
  const results: (Measurement | Skipped)[] = [];
  for (const [text, format, blanks, make] of [
    ['repetitive', 'hdfs', 5, repetitiveLog],
    ['diverse', 'hadoop', 5, diverseLog],
  ] as const) {
    const bytes = make(LINES);
    const baselines = baselinesOf(bytes, blanks);
    const variants: readonly [string, LogParserOptions][] = [
      ['ids only', { parameters: false, fields: false }],
      ['header, time, ids, parameters', { fields: false }],
      ['all columns', {}],
    ];
    const measured: (readonly [string, number])[] = [
      ['ids of messages, header cut off by blanks', idsPerCpuSecond(bytes, blanks)],
      ...variants.map(([what, options]) => [what, linesPerCpuSecond(bytes, { format, ...options })] as const),
    ];
    for (const [what, value] of measured) {
      const name = `parsing: ${text} text, ${what}`;
      let compared = false;
      for (const { name: baseline, rate } of baselines) {
        if (typeof rate === 'string') continue;
        compared = true;
        results.push({ name, value, unit: 'lines/CPU s', baseline, baseline_value: rate, ratio: value / rate });
      }
      if (!compared) results.push({ name, value, unit: 'lines/CPU s' });
    }
    for (const { name, rate } of baselines) {
      if (typeof rate === 'string') results.push({ name: `parsing: ${text} text, ratio to ${name}`, skipped: rate });
    }
  }
  return results;
}

function baselinesOf(bytes: Uint8Array, blanks: number): readonly Drain3[] {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'));
  try {
    const path = join(folder, 'corpus.log');
    writeFileSync(path, bytes);
    return drain3Baselines(path, blanks, BASELINE_LINES);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What drain3 is asked for too: the template of each message, nothing of the header. Best of a few rounds. */
function idsPerCpuSecond(bytes: Uint8Array, blanks: number): number {
  const miner = new TemplateMiner();
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const began = process.cpuUsage();
    let lines = 0;
    for (let start = 0; start < bytes.length; lines++) {
      const end = bytes.indexOf(10, start);
      let left = blanks;
      while (left > 0) if (bytes[start++] === 32) left--;
      if (lines % BATCH_LINES === 0) miner.beginBatch();
      miner.assign(bytes, start, end);
      start = end + 1;
    }
    const { user, system } = process.cpuUsage(began);
    best = Math.max(best, lines / ((user + system) / 1e6));
  }
  return best;
}

/** Best of a few rounds, the parser's state kept between them. */
function linesPerCpuSecond(bytes: Uint8Array, options: LogParserOptions): number {
  const parser = createLogParser(options);
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const began = process.cpuUsage();
    let rows = 0;
    for (let offset = 0; offset < bytes.length; ) {
      const limit = Math.min(bytes.length, offset + BATCH_BYTES);
      const end = bytes.lastIndexOf(10, limit - 1) + 1;
      const last = end >= bytes.length;
      const batch = {
        input: 'bench',
        generation: String(round),
        offset,
        line: rows + 1,
        bytes: bytes.subarray(offset, end),
        arrival: 0,
        last,
      };
      rows += parser.parse(batch, 'bench', () => {}).rows;
      offset = end;
    }
    const { user, system } = process.cpuUsage(began);
    best = Math.max(best, rows / ((user + system) / 1e6));
  }
  return best;
}
