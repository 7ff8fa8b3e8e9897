import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/index.ts';
import { freePort } from '../../src/testing/net.ts';
import { collectStatus } from './collect-status.ts';
import { outcomeOf } from './outcome.ts';
import { Program } from './program.ts';

/** CI asks for more. */
const KILLS = Math.ceil(Number(process.env.VEDETTE_KILLS ?? 20) / 2);
const TOKEN = 'a-token-that-is-never-logged';
const root = mkdtempSync(join(tmpdir(), 'vedette-collect-'));
const random = seededRandom(31);
const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

describe('a collector and its server', () => {
  const programs: Program[] = [];
  afterEach(async () => {
    for (const program of programs.splice(0)) await program.end('SIGKILL').catch(() => undefined);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it(`killed at ${KILLS} random moments, one or the other: every line is stored exactly once, in order`, { timeout: 300_000 }, async () => {
    const [port, metrics] = [await freePort(), await freePort()];
    const keep = { maxAge: '9999d', alertAge: '9999d' };
    const http = { type: 'http', name: 'collected', port, token: TOKEN, detectors: [{ type: 'novelty' }], eventTime: { idle: '1s' } };
    const readings = { type: 'metrics-http', name: 'metrics', port: metrics, token: TOKEN };
    writeFileSync(
      join(root, 'server.yaml'),
      JSON.stringify({ listen: '127.0.0.1:0', epochs: { every: '200ms' }, tenants: { t: { retention: keep, sources: [http, readings] } } }),
    );
    writeFileSync(join(root, 'token'), `${TOKEN}\n`);
    mkdirSync(join(root, 'logs'));
    const sources = [
      { name: 'app', type: 'directory', path: 'logs', pollMs: 20, batchBytes: 2048 },
      { name: 'host', type: 'host-metrics', intervalMs: 100 },
    ];
    const server = { logs: `http://127.0.0.1:${port}`, metrics: `http://127.0.0.1:${metrics}`, tokenFile: 'token' };
    writeFileSync(join(root, 'collect.yaml'), JSON.stringify({ name: 'web1', server, sources }));
    const receiving = new Program(root, 'up', '-c', 'server.yaml', '--home', 'server');
    const collecting = new Program(root, 'collect', '-c', 'collect.yaml', '--home', 'collector');
    programs.push(receiving, collecting);
    receiving.start();
    collecting.start();
    let written = 0;
    const write = (count: number): void => {
      const lines = Array.from({ length: count }, () => `2026-03-01T10:00:00Z web1 app[7]: line ${written++} of the test`);
      appendFileSync(join(root, 'logs/app.log'), `${lines.join('\n')}\n`);
    };
    for (let kill = 0; kill < KILLS; kill++) {
      const end = Date.now() + 300 + random() * 2500;
      while (Date.now() < end) {
        write(1 + Math.floor(random() * 30));
        await sleep(20);
      }
      if (kill === Math.floor(KILLS / 2)) renameSync(join(root, 'logs/app.log'), join(root, 'logs/app.log.1'));
      const victim = random() < 0.5 ? receiving : collecting;
      await victim.end('SIGKILL');
      write(10);
      victim.start();
    }
    write(50);
    for (let quiet = 0; quiet < 3; ) {
      await sleep(1000);
      const app = collectStatus(join(root, 'collector'), 'app');
      quiet = app?.waitingBatches === 0 && receiving.said.includes('is up') ? quiet + 1 : 0;
      if (app !== undefined) expect(app.counters.refused_batches).toBe(0);
    }
    expect(await collecting.end('SIGTERM')).toBe(0);
    expect(await receiving.end('SIGTERM')).toBe(0);
    for (const { said } of programs) expect(said).not.toContain(TOKEN);

    const { events } = await outcomeOf(join(root, 'server'));
    const numbers = events.map(({ message }) => Number(/line (\d+) of/.exec(message ?? '')?.[1] ?? Number.NaN));
    const known = new Set(numbers);
    expect(Array.from({ length: written }, (_, i) => i).filter((number) => !known.has(number))).toEqual([]);
    const twice = events.filter((_, i) => numbers.indexOf(numbers[i] as number) !== i);
    expect([...new Set(twice.map(({ input }) => input))]).toEqual([]);
    expect(numbers.length).toBe(written);
    const inputs = [...new Set(events.map(({ input }) => input))].sort();
    expect(['collector/web1/app/app.log', 'collector/web1/app/app.log.1']).toEqual(expect.arrayContaining(inputs));
    for (const input of inputs) {
      const own = events.filter((event) => event.input === input).map(({ message }) => Number(/line (\d+) of/.exec(message ?? '')?.[1]));
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
  });
});
