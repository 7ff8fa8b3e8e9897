import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkConfig, configSchema } from '../../src/config/index.ts';
import { type Clock, seededRandom, silentLogger, systemClock } from '../../src/core/index.ts';
import { buildLane, openSource } from '../../src/pipeline/build.ts';
import { catalogueOf, loadComponents } from '../../src/pipeline/index.ts';
import type { Lane } from '../../src/pipeline/lane/lane.ts';
import { burst, sleepers } from './host-load.ts';

const LEARNING = 70;
const INTERVAL = 120;
/** Measurements that a change is given to show. */
const PATIENCE = 60;

/** This host's metrics through a real lane, measurement by measurement. */
class Watched {
  readonly found: string[] = [];
  readonly lane: Lane;
  private readonly batches: AsyncIterator<Parameters<Lane['process']>[0]>;
  private readonly controller = new AbortController();

  private constructor(lane: Lane, source: ReturnType<typeof openSource>) {
    this.lane = lane;
    this.batches = source.read({ positions: [] }, this.controller.signal)[Symbol.asyncIterator]();
  }

  /** `own` are settings of the source. */
  static async start(own: Readonly<Record<string, unknown>> = {}, clock: Clock = systemClock): Promise<Watched> {
    const components = await loadComponents();
    const features = { series: { step: '50ms' } };
    const configured = { type: 'host-metrics', name: 'host', host: 'here', intervalMs: INTERVAL, features, ...own };
    const value = { tenants: { t: { sources: [{ ...configured, detectors: [{ type: 'forecast', promisedRate: 0.001 }] }] } } };
    const { config } = checkConfig(value, configSchema(catalogueOf(components)));
    const tenant = config.tenants.t;
    const [source] = tenant?.sources ?? [];
    if (tenant === undefined || source === undefined) throw new Error('the configuration has no source');
    const options = { tenant: 't', config, components, clock, log: silentLogger };
    return new Watched(await buildLane(source, tenant, options), openSource(source, options));
  }

  async measure(times: number, until: () => boolean = () => false): Promise<void> {
    for (let i = 0; i < times && !until(); i++) {
      const { value } = await this.batches.next();
      if (value === undefined) return;
      const { findings } = await this.lane.process(value);
      this.found.push(...findings.map(({ detection }) => detection.key));
    }
  }

  now(name: string): number {
    return this.lane.series?.rows().find((row) => row.name === name)?.view.expected ?? Number.NaN;
  }

  async stop(): Promise<void> {
    this.controller.abort();
    await this.lane.close?.();
    await this.batches.return?.();
  }
}

describe("this host's metrics", () => {
  it('raise an alert in the right channel at a network burst and a CPU burn, and have band and forecast by then', {
    timeout: 90_000,
  }, async () => {
    const watched = await Watched.start();
    await watched.measure(LEARNING);
    const row = watched.lane.series?.rows().find(({ name }) => name === 'network.lo.received_bytes');
    expect(row?.view.readings).toBeGreaterThanOrEqual(LEARNING - 2);
    expect(watched.lane.series?.forecast(row?.id ?? '', 10)).toHaveLength(10);
    const busy = watched.now('cpu.busy');
    watched.found.length = 0;
    const stopBurst = await burst();
    await watched.measure(PATIENCE, () => watched.found.some((key) => key.startsWith('here network.lo.')));
    await stopBurst();
    expect(watched.found).toEqual(expect.arrayContaining([expect.stringMatching(/^here network\.lo\./)]));
    // Where others keep all CPUs busy a burn changes nothing that could be seen; the host below burns in any case.
    if (busy < cpus().length / 2) {
      await watched.measure(40);
      watched.found.length = 0;
      const stopBurn = (await sleepers(cpus().length)).burn();
      await watched.measure(PATIENCE, () => watched.found.some((key) => key.startsWith('here cpu.')));
      await stopBurn();
      expect(watched.found).toEqual(expect.arrayContaining([expect.stringMatching(/^here cpu\./)]));
    }
    await watched.stop();
  });
});

/** A kernel's figures as files: two CPUs and an interface, one measurement a second; what happens in a second is the test's to say. */
class WrittenHost {
  readonly root = mkdtempSync(join(tmpdir(), 'vedette-proc-'));
  busy = 0.2;
  bytes = 20_000;
  private readonly random = seededRandom(17);
  private seconds = 0;
  private readonly ticks = { user: 1_000, system: 500, idle: 100_000 };
  private received = 1e6;

  constructor() {
    mkdirSync(join(this.root, 'net'));
  }

  /** Time goes on by a second at every measurement, and the figures with it. */
  readonly clock: Clock = { now: () => 1_700_000_000e6 + this.seconds * 1e6 };

  tick(): void {
    this.seconds++;
    const around = (mean: number) => mean * (0.8 + 0.4 * this.random());
    const busy = Math.min(200, Math.round(100 * around(this.busy)));
    this.ticks.user += Math.round(0.8 * busy);
    this.ticks.system += busy - Math.round(0.8 * busy);
    this.ticks.idle += 200 - busy;
    this.received += Math.round(around(this.bytes));
    const { user, system, idle } = this.ticks;
    writeFileSync(join(this.root, 'stat'), `cpu  ${user} 0 ${system} ${idle} 0 0 0 0 0 0\n`);
    writeFileSync(
      join(this.root, 'meminfo'),
      'MemTotal: 8000 kB\nMemAvailable: 4000 kB\nCached: 900 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n',
    );
    writeFileSync(join(this.root, 'loadavg'), '0.20 0.20 0.20 1/200 4000\n');
    const counters = `${this.received} ${Math.round(this.received / 500)} 0 0 0 0 0 0 1000 10 0 0 0 0 0 0`;
    writeFileSync(join(this.root, 'net', 'dev'), `Inter-|\n face |\n  eth0: ${counters}\n`);
  }
}

describe('a host whose figures are written by the test', () => {
  const host = new WrittenHost();
  afterAll(() => rmSync(host.root, { recursive: true, force: true }));

  it('raises alerts of its CPUs at a CPU burn and of its interface at a burst, of nothing else and nothing before', {
    timeout: 60_000,
  }, async () => {
    host.tick();
    const watched = await Watched.start({ procfs: host.root, mounts: [], intervalMs: 50 }, host.clock);
    const seconds = async (count: number): Promise<readonly string[]> => {
      watched.found.length = 0;
      for (let i = 0; i < count; i++) {
        host.tick();
        await watched.measure(1);
      }
      return watched.found;
    };
    expect(await seconds(70)).toEqual([]);
    host.busy = 1.9;
    const burning = await seconds(15);
    expect(burning.length).toBeGreaterThan(0);
    expect(burning.filter((key) => !key.startsWith('here cpu.'))).toEqual([]);
    host.busy = 0.2;
    await seconds(25);
    host.bytes = 5e6;
    const bursting = await seconds(15);
    expect(bursting.length).toBeGreaterThan(0);
    expect(bursting.filter((key) => !key.startsWith('here network.eth0.received_'))).toEqual([]);
    await watched.stop();
  });
});
