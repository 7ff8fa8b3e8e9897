import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchLog } from '../src/cli/run/bench-log.ts';
import type { Measurement } from './measurement.ts';
import { Dashboards, OPEN } from './server-load/dashboards.ts';
import { RunningServer } from './server-load/running-server.ts';

/** What a large site writes. */
const EVENTS_PER_SECOND = 81_000;
const SECONDS = 10;
const SEED = 42;
const TICK_MS = 50;
const TARGET_MS = 300;
/** How long ingestion may go on after the last line was written. */
const MOST_MS = 400_000;
/** Between two looks at what is stored. */
const LOOK_MS = 250;
const TENANT = 'site';

/**
 * `vedette up` in a process of its own follows a log that grows by 81,000 lines a second, every event stored, while twenty dashboards
 * are open on their pages and people search: how long answers take until everything is stored, and whether all of it is.
 */
export default async function bench(): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-server-'));
  const whole = join(folder, 'whole.log');
  const lines = EVENTS_PER_SECOND * SECONDS;
  new BenchLog(SEED).write(whole, lines);
  const path = join(folder, 'storage.log');
  writeFileSync(path, '');
  const configuration = join(folder, 'vedette.yaml');
  const source = { type: 'file', name: 'storage', path, features: { session: { by: 'blk_' } } };
  writeFileSync(
    configuration,
    JSON.stringify({ tenants: { [TENANT]: { retention: { maxAge: '9999d', alertAge: '9999d' }, sources: [source] } } }),
  );
  const server = await RunningServer.start(folder, configuration);
  try {
    await server.signIn();
    return await measure(server, readFileSync(whole), path, lines);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(server: RunningServer, text: Buffer, path: string, lines: number): Promise<readonly Measurement[]> {
  const dashboards = new Dashboards(server, TENANT);
  await dashboards.open(OPEN);
  const cpu = server.cpuSeconds();
  const began = performance.now();
  await grow(path, text);
  const written = performance.now();
  const stored = await untilStored(server, lines);
  const seconds = (performance.now() - began) / 1000;
  const behind = performance.now() - written;
  dashboards.close();
  const load = loadavg()[0] ?? Number.NaN;
  const base = { baseline: 'target', baseline_value: TARGET_MS };
  const p95 = dashboards.quantile(0.95);
  return [
    {
      name: `API p95 of ${dashboards.answers} answers, ${OPEN.length} dashboards open`,
      value: p95,
      unit: 'ms',
      ...base,
      ratio: p95 / TARGET_MS,
    },
    { name: 'API p50', value: dashboards.quantile(0.5), unit: 'ms' },
    { name: 'API p99', value: dashboards.quantile(0.99), unit: 'ms' },
    ...[...dashboards.millis.keys()].sort().map((name) => ({ name: `p95 of ${name}`, value: dashboards.quantile(0.95, name), unit: 'ms' })),
    { name: 'answers other than 200', value: dashboards.failed, unit: 'answers' },
    { name: 'events written but not stored', value: lines - stored, unit: 'events', baseline: 'written', baseline_value: lines },
    {
      name: 'events stored, by the clock',
      value: stored / seconds,
      unit: 'events/s',
      baseline: 'offered',
      baseline_value: EVENTS_PER_SECOND,
    },
    { name: 'from the last line written until all are stored', value: behind, unit: 'ms' },
    { name: 'events stored, server under load', value: stored / (server.cpuSeconds() - cpu), unit: 'events/CPU s' },
    { name: 'bytes of live updates', value: dashboards.streamed, unit: 'By' },
    { name: 'load average of the machine', value: load, unit: '1' },
  ];
}

/** Appends the text at the pace of `EVENTS_PER_SECOND`, in whole lines. */
async function grow(path: string, text: Buffer): Promise<void> {
  const began = performance.now();
  for (let written = 0; written < text.length; ) {
    const due = Math.min(text.length, Math.ceil((text.length * (performance.now() - began)) / (SECONDS * 1000)));
    const end = due === text.length ? due : text.lastIndexOf(10, due - 1) + 1;
    if (end > written) appendFileSync(path, text.subarray(written, end));
    written = Math.max(written, end);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
}

/** Events stored once they are all, or no more have come for long. */
async function untilStored(server: RunningServer, lines: number): Promise<number> {
  const until = performance.now() + MOST_MS;
  for (;;) {
    const answer = await fetch(`${server.address}/api/v1/tenants/${TENANT}/overview`, { headers: server.headers });
    const { events } = (await answer.json()) as { events: { stored: number } };
    if (events.stored >= lines || performance.now() > until) return events.stored;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
