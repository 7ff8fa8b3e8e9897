import { spawnSync } from 'node:child_process';

/** drain3 with masks for what vedette masks by default; header fields cut off by count of blanks, as drain3's users do. */
const DRAIN3 = `
import itertools, sys, time
from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig
from drain3.masking import MaskingInstruction
path, skip, most = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
config = TemplateMinerConfig()
config.drain_sim_th, config.drain_depth, config.profiling_enabled = 0.5, 4, False
config.masking_instructions = [MaskingInstruction(p, n) for p, n in [
  (r"blk_-?\\d+", "BLK"), (r"(?<![A-Za-z0-9])0x[0-9a-fA-F]+", "HEX"), (r"(?<![A-Za-z0-9])\\d+(?:[.:]\\d+)*(?![A-Za-z0-9])", "NUM")]]
miner = TemplateMiner(None, config)
lines = [line.rstrip("\\n") for line in itertools.islice(open(path, encoding="utf-8", errors="replace"), most)]
start = time.process_time()
for line in lines:
    miner.add_log_message(line.split(" ", skip)[skip])
print(len(lines) / (time.process_time() - start))
`;

export interface Drain3 {
  readonly name: string;
  /** Lines per second of CPU time on one thread, or why they could not be measured. */
  readonly rate: number | string;
}

/**
 * drain3 from PyPI and from crates.io, alone, over the first `lines` lines of a file whose header has `blanks` blanks.
 * VEDETTE_BENCH_PYTHON names a Python with drain3, VEDETTE_BENCH_RUST_DRAIN3 the program built from bench/rust-drain3.
 */
export function drain3Baselines(path: string, blanks: number, lines: number): readonly Drain3[] {
  const numbers = [String(blanks), String(lines)];
  return [
    { name: 'drain3 (PyPI), masked', rate: rateOf('VEDETTE_BENCH_PYTHON', 'a Python with drain3', ['-c', DRAIN3, path, ...numbers]) },
    { name: 'drain3 (crates.io), masked', rate: rateOf('VEDETTE_BENCH_RUST_DRAIN3', 'bench/rust-drain3, built', [path, ...numbers]) },
  ];
}

function rateOf(variable: string, what: string, args: readonly string[]): number | string {
  const program = process.env[variable];
  if (program === undefined) return `${variable} does not name ${what}`;
  const run = spawnSync(program, args, { encoding: 'utf8', timeout: 300_000 });
  const rate = Number(run.stdout?.trim());
  if (run.status === 0 && rate > 0) return rate;
  return `it did not run: ${(run.stderr || String(run.error ?? '')).trim().split('\n').at(-1)}`;
}
