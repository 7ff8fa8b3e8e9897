import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/index.ts';
import { type RecordBatch, seededRandom, silentLogger } from '../../src/core/index.ts';
import { buildLane } from '../../src/pipeline/build.ts';
import { loadComponents } from '../../src/pipeline/catalogue.ts';
import { pipelineSchema } from '../../src/pipeline/index.ts';
import type { Lane } from '../../src/pipeline/lane/lane.ts';
import { dataset, missing, needs } from '../../src/testing/datasets.ts';
import { runLane } from './lane-under-test.ts';

const CIC = 'flows/cicids2017-improved/cicids2017_improved_dev.csv.gz';
const ARGUS = 'flows/ctu-binetflow/test5-mixed.binetflow.gz';

async function makeLane(source: object = {}): Promise<Lane> {
  const value = { tenants: { t: { sources: [{ type: 'directory', name: 'exports', path: '/nowhere', ...source }] } } };
  const { config } = checkConfig(value, await pipelineSchema());
  const tenant = config.tenants.t as NonNullable<(typeof config.tenants)[string]>;
  const parts = { tenant: 't', config, components: await loadComponents(), clock: { now: () => 0 }, log: silentLogger };
  return buildLane(tenant.sources[0] as (typeof tenant.sources)[number], tenant, parts);
}

function batches(input: string, lines: readonly string[], size: () => number): RecordBatch[] {
  const out: RecordBatch[] = [];
  let offset = 0;
  for (let from = 0; from < lines.length; ) {
    const to = Math.min(lines.length, from + size());
    const bytes = new TextEncoder().encode(`${lines.slice(from, to).join('\n')}\n`);
    out.push({ input, generation: 'g', offset, line: from + 1, bytes, arrival: 2e15, last: to === lines.length });
    offset += bytes.length;
    from = to;
  }
  return out;
}

const linesOf = (path: string) =>
  gunzipSync(readFileSync(dataset(path) as string))
    .toString()
    .trimEnd()
    .split(/\r?\n/);

describe.skipIf(missing(CIC, ARGUS))(needs('tables of flows that appear in a folder', CIC, ARGUS), () => {
  it('are flows of a sensor, whoever wrote them, the same for any batches and over a restart in the middle of a file', async () => {
    const table = linesOf(CIC).slice(0, 3001);
    const argus = linesOf(ARGUS);
    const all = (size: () => number) => [...batches('a.csv', table, size), ...batches('b.binetflow', argus, size)];
    const whole = await runLane(
      makeLane,
      all(() => 10_000),
    );
    expect(whole.dead).toEqual([]);
    expect(whole.events).toBe(table.length - 1 + argus.length - 1);
    const random = seededRandom(1);
    const sizes = () => 100 + Math.floor(random() * 900);
    expect(await runLane(makeLane, all(sizes), [1, 3, 5])).toEqual(whole);
    const lane = await makeLane({ records: 'sensor' });
    await lane.process(batches('a.csv', table, () => 10_000)[0] as RecordBatch);
    // a file that begins anew under the same name has a header of its own
    const [again] = batches('a.csv', argus, () => 10_000);
    const { events, dead } = await lane.process({ ...(again as RecordBatch), generation: 'h' });
    expect([events.reduce((sum, { batch }) => sum + batch.rows, 0), dead.length]).toEqual([argus.length - 1, 0]);
  }, 60_000);

  it('without times are told as what no window can count; other tables stay lines', async () => {
    const timeless = ['srcip,dstip,sport,dport,proto,dur,sbytes,dbytes,spkts,dpkts', '10.0.0.1,10.0.0.2,5000,443,tcp,1.5,100,200,3,4'];
    const said = await runLane(
      () => makeLane({ records: 'sensor' }),
      batches('x.csv', timeless, () => 10),
    );
    expect(said.events).toBe(0);
    expect(said.dead).toEqual(['2: it has no time, so no window of time could count it']);
    const orders = ['time,customer,amount', ...Array.from({ length: 30 }, (_, i) => `2024-01-01T00:00:${10 + i},c${i % 3},${i}`)];
    const lane = await makeLane();
    await lane.process(batches('orders.csv', orders, () => 100)[0] as RecordBatch);
    await lane.end();
    expect(lane.scorers.map(({ options }) => options.detector)).not.toContain('flow-alarm');
  });
});
