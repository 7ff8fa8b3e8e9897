import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Reading, type Source, systemClock } from '../../core/index.ts';
import { testContext } from '../../testing/context.ts';
import { collect, records, recordTexts, sourceContract } from '../../testing/source-contract.ts';
import definition from './index.ts';
import { fromConnections, fromDisks, fromLoad, fromMemory, fromNetwork, fromStat } from './proc.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-proc-'));
afterAll(() => rmSync(folder, { recursive: true }));

const create = (settings: object): Source =>
  definition.create(definition.config.parse({ intervalMs: 50, ...settings }), { ...testContext('host'), now: systemClock.now });

async function measurements(source: Source, count: number): Promise<Reading[]> {
  const batches = await collect(source, records(count));
  await source.close();
  return recordTexts(batches).map((text) => JSON.parse(text) as Reading);
}

describe('host-metrics keeps the source contract', () => {
  const root = join(folder, 'contract');
  mkdirSync(root);
  const files = { stat: 'procs_running 2\n', loadavg: '0.50 0.40 0.30 2/345 999\n', meminfo: '', diskstats: '' };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  const context = testContext('host');
  const readings = [
    ['processes.running', 2],
    ['load.1m', 0.5],
    ['processes.total', 345],
  ] as const;
  const settings = { procfs: root, host: 'web1', mounts: [], intervalMs: 50 };
  sourceContract({
    create: () => definition.create(definition.config.parse(settings), context),
    feed: async () => {},
    expected: [1, 2].flatMap(() =>
      readings.map(([series, value]) => JSON.stringify({ time: context.now(), entity: 'web1', series, value })),
    ),
    finite: false,
  });
});

describe('host-metrics', () => {
  it('reads what the kernel shows, as counters and levels of this host', async () => {
    mkdirSync(join(folder, 'net'), { recursive: true });
    writeFileSync(
      join(folder, 'stat'),
      'cpu  100 0 50 800 10 0 5 0 0 0\ncpu0 1 2 3\nctxt 77\nprocesses 12\nprocs_running 2\nprocs_blocked 0\n',
    );
    writeFileSync(join(folder, 'loadavg'), '0.50 0.40 0.30 2/345 999\n');
    writeFileSync(join(folder, 'meminfo'), 'MemTotal: 1000 kB\nMemAvailable: 250 kB\nCached: 100 kB\nSwapTotal: 10 kB\nSwapFree: 4 kB\n');
    writeFileSync(join(folder, 'net/dev'), 'Inter-|\n face |\n    lo: 10 1 0 0 0 0 0 0 20 2 1 1 0 0 0 0\n');
    writeFileSync(join(folder, 'net/tcp'), ' sl\n 0: 0100007F:1 00000000:0 0A 0\n 1: 0100007F:1 0100007F:2 01 0\n');
    const source = create({ procfs: folder, host: 'web1', mounts: [folder, '/no/such/mount'] });
    const readings = await measurements(source, 1);
    const of = (series: string) => readings.find((one) => one.series === series);
    expect(of('cpu.busy')).toMatchObject({ entity: 'web1', value: 1.55, type: 'counter' });
    expect(of('memory.used_ratio')).toMatchObject({ value: 0.75 });
    expect(of('memory.used_ratio')?.type).toBeUndefined();
    expect(of('network.lo.sent_bytes')).toMatchObject({ value: 20, type: 'counter' });
    expect(of('connections.established')?.value).toBe(1);
    expect(of('processes.total')?.value).toBe(345);
    expect(of('swap.used_bytes')?.value).toBe(6144);
    expect(source.counters()).toMatchObject({ missing: 2 });
  });

  it('shows what it can where there is no /proc', async () => {
    const source = create({ procfs: join(folder, 'absent') });
    const names = new Set((await measurements(source, 1)).map(({ series }) => series));
    for (const name of ['cpu.busy', 'load.1m', 'memory.used_ratio', 'filesystem./.used_ratio']) expect(names).toContain(name);
    expect(source.counters().missing).toBe(3);
  });

  it('measures at its interval, offsets going on, until it is stopped', async () => {
    const batches = await collect(create({ procfs: folder }), (all) => all.length === 3);
    const [first, second] = batches;
    expect(second?.offset).toBe((first?.bytes.length ?? 0) + (first?.offset ?? 0));
    expect(second?.line).toBe((first?.ends?.length ?? 0) + 1);
    const source = create({ intervalMs: 60_000 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const began = performance.now();
    for await (const _batch of source.read({ positions: [] }, controller.signal));
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it("takes any text in place of the kernel's", () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        for (const parse of [fromStat, fromLoad, fromMemory, fromDisks, fromNetwork, fromConnections]) {
          for (const { series } of parse(text)) expect(typeof series).toBe('string');
        }
      }),
      { numRuns: 40 },
    );
  });
});
