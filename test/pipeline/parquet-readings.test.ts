import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkConfig, configSchema } from '../../src/config/index.ts';
import { type Position, positionAfter, silentLogger, systemClock } from '../../src/core/index.ts';
import { buildLane, openSource } from '../../src/pipeline/build.ts';
import { catalogueOf, loadComponents } from '../../src/pipeline/index.ts';
import { writeParquet } from '../../src/store/index.ts';

const SECOND = 1e6;
const START = 1_700_000_000 * SECOND;
const components = loadComponents();

/** A folder of Parquet files, followed as `vedette up` follows it. */
class Followed {
  readonly rows: string[] = [];
  readonly positions = new Map<string, Position>();
  readonly counters: () => Readonly<Record<string, number>>;
  private readonly source;
  private readonly lane;
  private readonly controller = new AbortController();
  private readonly done: Promise<void>;

  private constructor(source: ReturnType<typeof openSource>, lane: Awaited<ReturnType<typeof buildLane>>, from: readonly Position[]) {
    this.source = source;
    this.lane = lane;
    this.counters = () => source.counters();
    this.done = this.run(from);
  }

  static async start(folder: string, batchBytes = 1 << 20, from: readonly Position[] = []): Promise<Followed> {
    const loaded = await components;
    const own = {
      type: 'directory',
      name: 'tables',
      path: folder,
      records: 'readings',
      parser: { format: 'series' },
      settleMs: 0,
      pollMs: 20,
      batchBytes,
    };
    const { config } = checkConfig({ tenants: { t: { sources: [own] } } }, configSchema(catalogueOf(loaded)));
    const tenant = config.tenants.t;
    const [configured] = tenant?.sources ?? [];
    if (tenant === undefined || configured === undefined) throw new Error('the configuration has no source');
    const options = { tenant: 't', config, components: loaded, clock: systemClock, log: silentLogger };
    return new Followed(openSource(configured, options), await buildLane(configured, tenant, options), from);
  }

  async until(rows: number): Promise<void> {
    for (let i = 0; i < 300 && this.rows.length < rows; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async stop(): Promise<void> {
    this.controller.abort();
    await this.source.close();
    await this.done;
    await this.lane.close?.();
  }

  private async run(positions: readonly Position[]): Promise<void> {
    for await (const batch of this.source.read({ positions }, this.controller.signal)) {
      const after = positionAfter(batch);
      this.positions.set(after.generation, after);
      const { points = [], dead } = await this.lane.process(batch);
      for (const { reason } of dead) throw new Error(reason);
      for (const { rows, code, names, entities, value, time } of points)
        for (let row = 0; row < rows; row++) {
          const at = code[row] as number;
          this.rows.push(`${entities[at]} ${names[at]} ${((time[row] as number) - START) / SECOND} ${value[row]}`);
        }
    }
  }
}

describe('Parquet files of readings in a folder that is followed', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vedette-parquet-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = async (name: string, from: number, rows: number, device = 'pump') => {
    const seconds = Array.from({ length: rows }, (_, i) => from + i);
    const columns = [
      { name: 'timestamp', type: 'time', values: seconds.map((second) => START + second * SECOND) },
      { name: 'device', type: 'string', values: seconds.map(() => device) },
      { name: 'load', type: 'number', values: seconds.map((second) => (second % 10 === 7 ? Number.NaN : second)) },
      { name: 'count', type: 'integer', values: seconds.map((second) => 2 * second) },
      { name: 'note', type: 'string', values: seconds.map(() => 'x') },
    ] as const;
    await writeParquet(columns, join(folder, `.${name}`));
    renameSync(join(folder, `.${name}`), join(folder, name));
  };
  const expected = (from: number, rows: number, device = 'pump') =>
    Array.from({ length: rows }, (_, i) => from + i).flatMap((second) => [
      ...(second % 10 === 7 ? [] : [`${device} load ${second} ${second}`]),
      `${device} count ${second} ${2 * second}`,
    ]);

  it('are read when they appear whole, each row with its time and device, what is missing left out', async () => {
    await write('a.parquet', 0, 30);
    const followed = await Followed.start(folder);
    await followed.until(expected(0, 30).length);
    expect([...followed.rows].sort()).toEqual(expected(0, 30).sort());
    await write('b.parquet', 30, 20, 'fan');
    await followed.until(expected(0, 50).length);
    expect([...followed.rows].sort()).toEqual([...expected(0, 30), ...expected(30, 20, 'fan')].sort());
    await followed.stop();
    expect(followed.counters()).toMatchObject({ files: 2, unreadable: 0 });
  });

  it('are left alone while their end is missing, and told of once when they are damaged', async () => {
    await write('a.parquet', 0, 30);
    const bytes = readFileSync(join(folder, 'a.parquet'));
    rmSync(join(folder, 'a.parquet'));
    writeFileSync(join(folder, 'half.parquet'), bytes.subarray(0, bytes.length >> 1));
    const damaged = Buffer.from(bytes);
    damaged.fill(0xee, 8, bytes.length - 8);
    writeFileSync(join(folder, 'damaged.parquet'), damaged);
    const followed = await Followed.start(folder);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(followed.rows).toEqual([]);
    expect(followed.counters().unreadable).toBe(1);
    writeFileSync(join(folder, 'half.parquet'), bytes);
    await followed.until(expected(0, 30).length);
    expect([...followed.rows].sort()).toEqual(expected(0, 30).sort());
    await followed.stop();
  });

  it('go on from the committed position after a kill', async () => {
    await write('a.parquet', 0, 2_000);
    const first = await Followed.start(folder, 1024);
    await first.until(500);
    await first.stop();
    const [position] = first.positions.values();
    expect(position?.offset).toBeGreaterThan(0);
    const again = await Followed.start(folder, 1024, position === undefined ? [] : [position]);
    await again.until(expected(0, 2_000).length - first.rows.length);
    await again.stop();
    const all = [...first.rows, ...again.rows];
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(expected(0, 2_000).length - 4);
    expect(again.rows.length).toBeLessThan(expected(0, 2_000).length);
  });
});
