import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { BenchLog } from '../src/cli/run/bench-log.ts';
import { checkConfig } from '../src/config/index.ts';
import { type Pipeline, pipelineSchema, startPipeline } from '../src/pipeline/index.ts';
import { openHome } from '../src/store/index.ts';
import { type Drain3, drain3Baselines } from './drain3-baseline.ts';
import type { Measurement, Skipped } from './measurement.ts';

const LINES = 1_000_000;
const SEED = 42;
/** Until then threads start, code is compiled and the first sessions are learnt. */
const WARM_LINES = LINES / 4;
const BASELINE_LINES = 100_000;
const BLANKS = 5;
/** How often the loop is looked at, which is counted into its delay. */
const RESOLUTION_MILLIS = 5;

/**
 * The live pipeline over a generated storage log in a file: read, parsed, sessions, `sequence`, `novelty` and `rate`, every event
 * stored and committed; by the clock, per second of CPU time (all threads together; against drain3 alone, which finds templates and
 * nothing else), the same after the first quarter, and how late the main thread answers meanwhile.
 */
export default async function bench(): Promise<(Measurement | Skipped)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'));
  try {
    const path = join(folder, 'storage.log');
    new BenchLog(SEED).write(path, LINES);
    const baselines = drain3Baselines(path, BLANKS, BASELINE_LINES);
    const results: (Measurement | Skipped)[] = [];
    for (const storage of ['everything', 'findings-only'] as const)
      results.push(...(await run(join(folder, storage), path, storage, baselines)));
    for (const { name, rate } of baselines) {
      if (typeof rate === 'string') results.push({ name: `live pipeline: ratio to ${name}`, skipped: rate });
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(
  folder: string,
  path: string,
  storage: 'everything' | 'findings-only',
  baselines: readonly Drain3[],
): Promise<Measurement[]> {
  const sources = [{ type: 'file', name: 'storage', path, storage, pollMs: 20, features: { session: { by: 'blk_' } } }];
  const retention = { maxAge: '9999d', alertAge: '9999d' };
  const loaded = checkConfig({ tenants: { bench: { retention, sources } } }, await pipelineSchema());
  const home = await openHome(folder);
  const pipeline = await startPipeline(loaded, { home, program: 'bench' });
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS });
  delay.enable();
  const began = performance.now();
  const cpu = process.cpuUsage();
  const warm = await processed(pipeline, WARM_LINES);
  const warmCpu = process.cpuUsage(cpu);
  await processed(pipeline, LINES);
  await pipeline.flush();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  await pipeline.stop();
  await home.close();
  const name = `live pipeline, ${storage === 'everything' ? 'every event' : 'findings only'} stored`;
  const micros = user + system;
  const warmMicros = warmCpu.user + warmCpu.system;
  return [
    { name, value: LINES / seconds, unit: 'events/s' },
    ...against(name, LINES / (micros / 1e6), baselines),
    { name: `${name}: CPU time an event`, value: (micros / LINES) * 1000, unit: 'ns' },
    { name: `${name}: CPU time an event, once warm`, value: ((micros - warmMicros) / (LINES - warm)) * 1000, unit: 'ns' },
    { name: `${name}: loop delay, p99`, value: delay.percentile(99) / 1e6 - RESOLUTION_MILLIS, unit: 'ms' },
  ];
}

function against(name: string, value: number, baselines: readonly Drain3[]): Measurement[] {
  const plain: Measurement = { name, value, unit: 'events/CPU s' };
  const compared = baselines.flatMap(({ name: baseline, rate }) =>
    typeof rate === 'number' ? [{ ...plain, baseline: `${baseline}, alone`, baseline_value: rate, ratio: value / rate }] : [],
  );
  return compared.length === 0 ? [plain] : compared;
}

/** Resolves with the records processed once they are `lines` or more. */
async function processed(pipeline: Pipeline, lines: number): Promise<number> {
  for (;;) {
    const { tenants } = await pipeline.status();
    if (tenants[0]?.state === 'failed') throw new Error(tenants[0].lastError);
    const records = tenants[0]?.sources[0]?.counters.records ?? 0;
    if (records >= lines) return records;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
