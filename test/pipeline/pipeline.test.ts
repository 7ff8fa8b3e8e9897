import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { checkConfig, type LoadedConfig } from '../../src/config/index.ts';
import { type Alert, canonicalJson } from '../../src/core/index.ts';
import { keptConfiguration, type Pipeline, pipelineSchema, replayAlert, startPipeline } from '../../src/pipeline/index.ts';
import { openHome } from '../../src/store/index.ts';
import { freePort } from '../../src/testing/net.ts';
import { generatedLog } from './generated-log.ts';

const root = mkdtempSync(join(tmpdir(), 'vedette-pipeline-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const KEEP = { maxAge: '9999d', alertAge: '9999d' };
const source = (path: string, name = 'app') => ({
  type: 'file',
  name,
  path,
  pollMs: 20,
  features: { session: { by: 'req-', idle: '10s', lateness: '1s' } },
  learning: { sessions: 600 },
});

async function processed(pipeline: Pipeline, name: string, records: number): Promise<void> {
  for (;;) {
    const { tenants } = await pipeline.status();
    if (tenants[0]?.state === 'failed') throw new Error(tenants[0].lastError);
    if ((tenants[0]?.sources.find((one) => one.name === name)?.counters.records ?? 0) >= records) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Sends lines and resolves once they were taken. */
async function sendLines(port: number, lines: readonly string[]): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await new Promise<void>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        socket.once('error', reject);
        socket.end(`${lines.join('\n')}\n`, resolve);
      });
      return;
    } catch (error) {
      if (attempt >= 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** How late a thread is that has nothing to do, p99 in milliseconds: what other processes on the machine cost. Call the result to end and read it. */
function idleDelay(): () => Promise<number> {
  const code = `const { parentPort } = require('node:worker_threads');
    const delay = require('node:perf_hooks').monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    parentPort.once('message', () => parentPort.postMessage(delay.percentile(99) / 1e6 - 5));`;
  const idle = new Worker(code, { eval: true });
  return () =>
    new Promise((resolve) => {
      idle.once('message', resolve);
      idle.postMessage('end');
    });
}

describe('a running pipeline', () => {
  it('ingests in a worker while this thread answers within 50 ms (p99), and tells of alerts', async () => {
    const { lines, abnormal } = generatedLog(4000, 5);
    const path = join(root, 'lag.log');
    writeFileSync(path, `${lines.join('\n')}\n`);
    const config = { tenants: { t: { promisedRate: 0.01, retention: KEEP, sources: [source(path)] } } };
    const home = await openHome(join(root, 'lag'));
    const loaded = checkConfig(config, await pipelineSchema());
    const pipeline = await startPipeline(loaded, { home, program: 'vedette test' });
    const alerts = new Map<string, Alert>();
    pipeline.on('alert', (alert) => alerts.set(alert.id, alert));
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const idle = idleDelay();
    delay.enable();
    await processed(pipeline, 'app', lines.length);
    delay.disable();
    const unavoidable = await idle();
    await pipeline.finish();
    const { tenants } = await pipeline.status();
    await pipeline.stop();
    const store = await home.tenant('t');
    expect(await store.events.count()).toBe(lines.length);
    expect(await store.alerts.count()).toBe(alerts.size);
    const observed = await store.journal.calibration('sequence');
    expect(observed.reduce((sum, { scored }) => sum + scored, 0)).toBe(tenants[0]?.sources[0]?.detectors[0]?.scored);
    for (const { id } of [...alerts.values()].slice(0, 2)) {
      const stored = (await store.alerts.get(id))?.detection;
      const again = await replayAlert({ home, tenant: 't', alertId: id, loaded, program: 'vedette test' });
      expect(canonicalJson(again)).toBe(canonicalJson(stored));
    }
    const replay = replayAlert({ home, tenant: 't', alertId: [...alerts.keys()][0] ?? '', loaded, program: 'vedette other' });
    await expect(replay).rejects.toMatchObject({ code: 'REPLAY_UNAVAILABLE' });
    await home.close();
    expect(delay.percentile(99) / 1e6 - 5 - unavoidable).toBeLessThan(50);
    expect(abnormal.length).toBeGreaterThan(10);
    expect(alerts.size).toBeGreaterThan(0);
    expect([...alerts.values()].filter((alert) => alert.notified).length).toBeLessThanOrEqual(3);
    expect(tenants[0]?.sources[0]?.detectors[0]).toMatchObject({ detector: 'sequence', state: 'ready', need: 600 });
  });

  it('replays alerts of a source that cannot be read again from its segment log, over a restart', async () => {
    const { lines } = generatedLog(1500, 7);
    const port = await freePort();
    const { features, learning } = source('');
    const tcp = { type: 'syslog', name: 'app', tcpPort: port, features, learning };
    const config = { epochs: { every: '100ms' }, tenants: { t: { promisedRate: 0.01, retention: KEEP, sources: [tcp] } } };
    const home = await openHome(join(root, 'held'));
    const loaded = checkConfig(config, await pipelineSchema());
    const options = { home, program: 'vedette test' };
    let pipeline = await startPipeline(loaded, options);
    await sendLines(port, lines.slice(0, 5000));
    await processed(pipeline, 'app', 5000);
    await pipeline.stop();
    pipeline = await startPipeline(loaded, options);
    await sendLines(port, lines.slice(5000));
    await processed(pipeline, 'app', lines.length);
    await pipeline.finish();
    await pipeline.stop();
    const store = await home.tenant('t');
    const { items } = await store.alerts.list({ limit: 500 });
    const sequences = items.filter(({ detection }) => detection.detector === 'sequence');
    expect(sequences.length).toBeGreaterThan(0);
    for (const alert of [sequences.at(0), sequences.at(-1)].filter((one) => one !== undefined)) {
      // settings may have changed since: the home keeps those of then
      const kept = (await keptConfiguration(home.path, alert.detection.lineage.configHash)) as LoadedConfig;
      const again = await replayAlert({ ...options, tenant: 't', alertId: alert.id, loaded: kept });
      expect(canonicalJson(again)).toBe(canonicalJson(alert.detection));
    }
    await home.close();
  });

  it('stops gracefully and goes on where it was; a source that fails stops no other', async () => {
    const { lines } = generatedLog(300, 6);
    const path = join(root, 'resume.log');
    writeFileSync(path, `${lines.slice(0, 700).join('\n')}\n`);
    const taken = { type: 'http', name: 'broken', host: '192.0.2.1', port: 1 };
    const config = { tenants: { t: { retention: KEEP, sources: [source(path), taken] } } };
    const loaded = checkConfig(config, await pipelineSchema());
    const home = await openHome(join(root, 'resume'));
    const first = await startPipeline(loaded, { home, program: 'vedette test' });
    await processed(first, 'app', 700);
    const brokenNow = async () => (await first.status()).tenants[0]?.sources.find(({ name }) => name === 'broken');
    await expect.poll(async () => (await brokenNow())?.state, { timeout: 20_000 }).toBe('retrying');
    const broken = await brokenNow();
    expect(broken).toMatchObject({ state: 'retrying' });
    expect(broken?.lastError).not.toBe('');
    await first.stop();
    appendFileSync(path, `${lines.slice(700).join('\n')}\n`);
    const second = await startPipeline(loaded, { home, program: 'vedette test' });
    await processed(second, 'app', lines.length);
    await second.finish();
    const status = (await second.status()).tenants[0]?.sources[0];
    await second.stop();
    const store = await home.tenant('t');
    expect(await store.events.count()).toBe(lines.length);
    expect(status?.counters).toMatchObject({ records: lines.length, units: 300, unparsed: 0, late: 0, future: 0 });
    await home.close();
  });
});
