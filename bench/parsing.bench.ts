import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogParser, type LogParserOptions } from '../src/parsers/index.ts';
import type { Measurement, Skipped } from './measurement.ts';
import { diverseLog, repetitiveLog } from './parsing-corpus.ts';

const LINES = 400_000;
const BASELINE_LINES = 40_000;
const BATCH_BYTES = 1 << 20;
const ROUNDS = 3;

/** drain3 with masks for what vedette masks by default; header fields cut off by count of blanks, as drain3's users do. */
const DRAIN3 = `
import sys, time
from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig
from drain3.masking import MaskingInstruction
path, skip = sys.argv[1], int(sys.argv[2])
config = TemplateMinerConfig()
config.drain_sim_th, config.drain_depth, config.profiling_enabled = 0.5, 4, False
config.masking_instructions = [MaskingInstruction(p, n) for p, n in [
  (r"blk_-?\\d+", "BLK"), (r"(?<![A-Za-z0-9])0x[0-9a-fA-F]+", "HEX"), (r"(?<![A-Za-z0-9])\\d+(?:[.:]\\d+)*(?![A-Za-z0-9])", "NUM")]]
miner = TemplateMiner(None, config)
lines = open(path, encoding="utf-8", errors="replace").read().splitlines()
start = time.perf_counter()
for line in lines:
    miner.add_log_message(line.split(" ", skip)[skip])
print(len(lines) / (time.perf_counter() - start))
`;

/** Lines a second of one thread: template ids only, with parameters, and with header, time and parameters; against drain3. */
export default async function bench(): Promise<(Measurement | Skipped)[]> {
  const results: (Measurement | Skipped)[] = [];
  for (const [text, format, blanks, make] of [
    ['repetitive', 'hdfs', 5, repetitiveLog],
    ['diverse', 'hadoop', 5, diverseLog],
  ] as const) {
    const baseline = drain3(make(BASELINE_LINES), blanks);
    const bytes = make(LINES);
    const variants: readonly [string, LogParserOptions][] = [
      ['ids only', { parameters: false, fields: false }],
      ['header, time, ids, parameters', { fields: false }],
      ['all columns', {}],
    ];
    for (const [what, options] of variants) {
      const name = `parsing: ${text} text, ${what}`;
      const value = linesPerSecond(bytes, { format, ...options });
      if (typeof baseline === 'number') {
        results.push({
          name,
          value,
          unit: 'lines/s',
          baseline: 'drain3 (PyPI), masked',
          baseline_value: baseline,
          ratio: value / baseline,
        });
      } else {
        results.push({ name, value, unit: 'lines/s' });
      }
    }
    if (typeof baseline === 'string') results.push({ name: `parsing: ${text} text, ratio to drain3`, skipped: baseline });
  }
  return results;
}

/** Best of a few rounds, the parser's state kept between them. */
function linesPerSecond(bytes: Uint8Array, options: LogParserOptions): number {
  const parser = createLogParser(options);
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const began = process.hrtime.bigint();
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
    best = Math.max(best, rows / (Number(process.hrtime.bigint() - began) / 1e9));
  }
  return best;
}

/** Lines a second of drain3, or why it could not be measured. */
function drain3(bytes: Uint8Array, blanks: number): number | string {
  const python = process.env.VEDETTE_BENCH_PYTHON;
  if (python === undefined) return 'VEDETTE_BENCH_PYTHON does not name a Python with drain3';
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'));
  try {
    const path = join(folder, 'corpus.log');
    writeFileSync(path, bytes);
    const run = spawnSync(python, ['-c', DRAIN3, path, String(blanks)], { encoding: 'utf8', timeout: 300_000 });
    const value = Number(run.stdout?.trim());
    return run.status === 0 && value > 0
      ? value
      : `drain3 did not run: ${(run.stderr || String(run.error ?? '')).trim().split('\n').at(-1)}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
