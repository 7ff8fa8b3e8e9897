import { hostilePass } from '../src/testing/hostile-pass.ts';
import type { Measurement } from './measurement.ts';

/** Fewer by `VEDETTE_BENCH_LINES`. */
const LINES = Number(process.env.VEDETTE_BENCH_LINES ?? 10_000_000);
const BATCH_LINES = 8_000;
const TOLD_EVERY = 400_000;
const SEED = 3;
const MIB = 2 ** 20;

/**
 * Lines of which no two have a host, program, user, address, request or word in common: everything that keeps state
 * by name (templates, sessions, novelty, rate) with its default bounds, and how much memory the process came to hold. What is
 * held is told on standard error as it goes.
 */
export default async function bench(): Promise<Measurement[]> {
  const pass = await hostilePass(SEED);
  const before = process.memoryUsage.rss();
  let most = before;
  let half = 0;
  const began = process.cpuUsage();
  const cpuSeconds = (): number => {
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1e6;
  };
  for (let lines = 0; lines < LINES; lines += BATCH_LINES) {
    if (lines % TOLD_EVERY === 0 && lines > 0) {
      const rate = Math.round(lines / cpuSeconds());
      process.stderr.write(`${lines} lines, ${rate} lines/CPU s, at most ${Math.round(most / MIB)} MiB resident\n`);
    }
    await pass.lines(lines, BATCH_LINES);
    most = Math.max(most, process.memoryUsage.rss());
    if (lines < LINES / 2) half = most;
  }
  const name = 'hostile cardinality';
  return [
    { name: `${name}: ${LINES.toLocaleString('en')} distinct lines`, value: LINES / cpuSeconds(), unit: 'lines/CPU s' },
    { name: `${name}: memory at start`, value: before / MIB, unit: 'MiB resident' },
    { name: `${name}: most memory, first half`, value: half / MIB, unit: 'MiB resident' },
    { name: `${name}: most memory`, value: most / MIB, unit: 'MiB resident' },
  ];
}
