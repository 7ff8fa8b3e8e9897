import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { burst, sleepers } from '../pipeline/host-load.ts';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');
const LEARNT = 60;
/** How long a change may take to be told of; others may keep the machine busy. */
const PATIENCE_MS = 60_000;

interface Series {
  readonly id: string;
  readonly name: string;
  readonly readings: number;
  readonly lower: number | null;
}

/** `vedette up` of this host's own figures, as `npm start` has them, but measured five times a second. */
class HostUp {
  readonly folder = mkdtempSync(join(tmpdir(), 'vedette-host-'));
  #child: ChildProcess | undefined;
  #control: { address: string; token: string } | undefined;

  async start(): Promise<void> {
    const config = join(this.folder, 'vedette.json');
    const source = {
      ...{ type: 'host-metrics', name: 'host', host: 'here', intervalMs: 200, mounts: [] },
      features: { series: { step: '200ms' } },
      detectors: [{ type: 'forecast', promisedRate: 0.001, networks: { most: 0 } }],
    };
    writeFileSync(config, JSON.stringify({ listen: '127.0.0.1:0', tenants: { default: { sources: [source] } } }));
    const home = join(this.folder, 'home');
    this.#child = spawn(process.execPath, [MAIN, 'up', '-c', config, '--home', home], { stdio: 'ignore' });
    const path = join(home, 'control.json');
    await this.until(async () => existsSync(path), 60_000);
    this.#control = JSON.parse(readFileSync(path, 'utf8')) as { address: string; token: string };
  }

  async get<T>(path: string): Promise<T> {
    const { address = '', token = '' } = this.#control ?? {};
    const ask = () => fetch(`${address}/api/v1/tenants/default/${path}`, { headers: { authorization: `Bearer ${token}` } });
    let answer = await ask();
    // A machine whose CPUs all burn may say that it is busy, and to ask again.
    for (let again = 0; answer.status === 503 && again < 30; again++) {
      await sleep(1_000);
      answer = await ask();
    }
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async series(): Promise<readonly Series[]> {
    return (await this.get<{ items: Series[] }>('series?limit=500&order=name')).items;
  }

  /** What was told of since `from`, microseconds: the channels. */
  async told(from: number): Promise<readonly string[]> {
    const { items } = await this.get<{ items: { detection: { key: string }; lastSeen: number }[] }>('alerts?limit=200');
    return items.filter(({ lastSeen }) => lastSeen >= from).map(({ detection }) => detection.key);
  }

  async until(met: () => Promise<boolean>, patienceMs: number): Promise<boolean> {
    for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(300)) if (await met()) return true;
    return false;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const noProc = existsSync('/proc/stat') ? '' : ' (skipped: this host has no /proc)';

describe.skipIf(noProc !== '')(`vedette up on this host's own figures${noProc}`, () => {
  const up = new HostUp();
  beforeAll(() => up.start(), 90_000);
  afterAll(() => up.stop());

  it('has band and forecast of every channel within a minute', { timeout: 120_000 }, async () => {
    const began = Date.now();
    const drawn = await up.until(async () => (await up.series()).some(({ name, lower }) => name === 'cpu.busy' && lower !== null), 60_000);
    expect(drawn).toBe(true);
    expect(Date.now() - began).toBeLessThan(60_000);
    const series = await up.series();
    for (const name of ['cpu.busy', 'load.1m', 'memory.used_ratio', 'network.lo.received_bytes', 'processes.running'])
      expect(series.map((one) => one.name)).toContain(name);
    const busy = series.find(({ name }) => name === 'cpu.busy');
    const { forecast } = await up.get<{ forecast: unknown[] }>(`series/${busy?.id}?ahead=10`);
    expect(forecast).toHaveLength(10);
  });

  it('tells of a CPU burn and a network burst by the channels that show them', { timeout: 240_000 }, async () => {
    // Started while it learns: their start would show in another channel than what they do.
    const threads = await sleepers(8 * cpus().length);
    expect(await up.until(async () => ((await up.series())[0]?.readings ?? 0) >= LEARNT, 90_000)).toBe(true);
    expect(await provoked(up, /^here network\.lo\./, burst)).not.toEqual([]);
    // On a machine whose CPUs others keep busy a burn shows in what wants to run.
    expect(await provoked(up, /^here (cpu\.|processes\.running|load\.)/, async () => threads.burn())).not.toEqual([]);
  });
});

/** The channels of a kind that were told of from the begin of what `begin` does on. */
async function provoked(up: HostUp, channels: RegExp, begin: () => Promise<() => Promise<void>>): Promise<readonly string[]> {
  const from = (Date.now() - 1_000) * 1000;
  const end = await begin();
  let told: readonly string[] = [];
  try {
    await up.until(async () => {
      told = (await up.told(from)).filter((key) => channels.test(key));
      return told.length > 0;
    }, PATIENCE_MS);
  } finally {
    await end();
  }
  return told;
}
