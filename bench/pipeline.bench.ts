import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { BenchLog } from '../src/cli/run/bench-log.ts';
import { checkConfig } from '../src/config/index.ts';
import { type Pipeline, pipelineSchema, startPipeline } from '../src/pipeline/index.ts';
import { openHome } from '../src/store/index.ts';
import type { Measurement } from './measurement.ts';

const LINES = 1_000_000;
const SEED = 42;
/** How often the loop is looked at, which is counted into its delay. */
const RESOLUTION_MILLIS = 5;

/**
 * The live pipeline over a generated storage log in a file: read, parsed, sessions, `sequence`, `novelty` and `rate`, every event
 * stored and committed; by the clock, per second of CPU time, and how late the main thread answers meanwhile.
 */
export default async function bench(): Promise<Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'));
  try {
    const path = join(folder, 'storage.log');
    new BenchLog(SEED).write(path, LINES);
    const results: Measurement[] = [];
    for (const storage of ['everything', 'findings-only'] as const) results.push(...(await run(join(folder, storage), path, storage)));
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(folder: string, path: string, storage: 'everything' | 'findings-only'): Promise<Measurement[]> {
  const sources = [{ type: 'file', name: 'storage', path, storage, pollMs: 20, features: { session: { by: 'blk_' } } }];
  const retention = { maxAge: '9999d', alertAge: '9999d' };
  const loaded = checkConfig({ tenants: { bench: { retention, sources } } }, await pipelineSchema());
  const home = await openHome(folder);
  const pipeline = await startPipeline(loaded, { home, program: 'bench' });
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS });
  delay.enable();
  const began = performance.now();
  const cpu = process.cpuUsage();
  await processed(pipeline);
  await pipeline.flush();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  await pipeline.stop();
  await home.close();
  const name = `live pipeline, ${storage === 'everything' ? 'every event' : 'findings only'} stored`;
  return [
    { name, value: LINES / seconds, unit: 'events/s' },
    { name, value: LINES / ((user + system) / 1e6), unit: 'events/CPU s' },
    { name: `${name}: loop delay, p99`, value: delay.percentile(99) / 1e6 - RESOLUTION_MILLIS, unit: 'ms' },
  ];
}

async function processed(pipeline: Pipeline): Promise<void> {
  for (;;) {
    const { tenants } = await pipeline.status();
    if (tenants[0]?.state === 'failed') throw new Error(tenants[0].lastError);
    if ((tenants[0]?.sources[0]?.counters.records ?? 0) >= LINES) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
