import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { cpus } from 'node:os';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { checkConfig, configSchema } from '../../src/config/index.ts';
import { silentLogger, systemClock } from '../../src/core/index.ts';
import { buildLane, openSource } from '../../src/pipeline/build.ts';
import { catalogueOf, loadComponents } from '../../src/pipeline/index.ts';
import type { Lane } from '../../src/pipeline/lane/lane.ts';

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

  static async start(): Promise<Watched> {
    const components = await loadComponents();
    const configured = { type: 'host-metrics', name: 'host', host: 'here', intervalMs: INTERVAL, features: { series: { step: '50ms' } } };
    const value = { tenants: { t: { sources: [{ ...configured, detectors: [{ type: 'forecast', promisedRate: 0.001 }] }] } } };
    const { config } = checkConfig(value, configSchema(catalogueOf(components)));
    const tenant = config.tenants.t;
    const [source] = tenant?.sources ?? [];
    if (tenant === undefined || source === undefined) throw new Error('the configuration has no source');
    const options = { tenant: 't', config, components, clock: systemClock, log: silentLogger };
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
    // Where others keep all CPUs busy a burn changes nothing that could be seen.
    if (busy < cpus().length / 2) {
      await watched.measure(40);
      watched.found.length = 0;
      const stopBurn = burn(cpus().length);
      await watched.measure(PATIENCE, () => watched.found.some((key) => key.startsWith('here cpu.')));
      await stopBurn();
      expect(watched.found).toEqual(expect.arrayContaining([expect.stringMatching(/^here cpu\./)]));
    }
    await watched.stop();
  });
});

/** Sends as much as goes over one loopback connection until it is stopped. */
async function burst(): Promise<() => Promise<void>> {
  const server = createServer((socket) => socket.resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const block = Buffer.alloc(1 << 20);
  let running = true;
  const pump = (async () => {
    while (running) await new Promise<void>((resolve) => socket.write(block, () => resolve()));
  })();
  return async () => {
    running = false;
    await pump;
    socket.destroy();
    server.close();
  };
}

function burn(threads: number): () => Promise<void> {
  const workers = Array.from({ length: threads }, () => new Worker('for (;;);', { eval: true }));
  return async () => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
}
