import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchLog } from '../src/cli/run/bench-log.ts';
import { writeAccessLog } from '../src/testing/access-lines.ts';
import { peakMemory } from '../src/testing/peak-memory.ts';
import type { Measurement } from './measurement.ts';

const SIZES_MB = (process.env.VEDETTE_BENCH_SIZES ?? '50,200,800').split(',').map(Number);
const SEED = 42;
const MIB = 2 ** 20;
/** Of a line of the storage log, on average. */
const STORAGE_LINE = 139.4;

/** `vedette analyze` with all its detectors in a process of its own, over logs of growing size: the most memory that it had resident. */
export default async function bench(): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-memory-'));
  const program = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
  const results: Measurement[] = [];
  try {
    for (const [what, write] of [
      [
        'storage log, 14 events a session',
        (path: string, bytes: number) => new BenchLog(SEED).write(path, Math.ceil(bytes / STORAGE_LINE)),
      ],
      ['access log, sessions of few events', (path: string, bytes: number) => writeAccessLog(path, bytes, SEED)],
    ] as const) {
      let least: number | undefined;
      for (const size of SIZES_MB) {
        const path = join(folder, 'bench.log');
        const bytes = write(path, size * 1e6);
        const places = ['--home', join(folder, 'home'), '--out', join(folder, 'out')];
        const peak = peakMemory([program, 'analyze', path, ...places, '-o', 'json']);
        rmSync(join(folder, 'home'), { recursive: true, force: true });
        const name = `memory: analyze ${Math.round(bytes / 1e6)} MB of ${what}`;
        const value = peak.bytes / MIB;
        least ??= value;
        const beside = { baseline: `${SIZES_MB[0]} MB of it`, baseline_value: least, ratio: value / least };
        results.push({ name, value, unit: 'MiB resident', ...beside }, { name, value: peak.cpuSeconds, unit: 'CPU s' });
        process.stderr.write(`${name}: ${Math.round(value)} MiB, ${Math.round(peak.cpuSeconds)} CPU s\n`);
      }
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
