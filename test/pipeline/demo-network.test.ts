import { describe, expect, it } from 'vitest';
import { checkConfig, configSchema } from '../../src/config/index.ts';
import type { RecordBatch } from '../../src/core/index.ts';
import { silentLogger, systemClock } from '../../src/core/index.ts';
import { buildLane } from '../../src/pipeline/build.ts';
import { catalogueOf, loadComponents } from '../../src/pipeline/index.ts';
import type { Lane } from '../../src/pipeline/lane/lane.ts';
import demo from '../../src/sources/demo/index.ts';
import { testContext } from '../../src/testing/context.ts';
import { collect } from '../../src/testing/source-contract.ts';
import { runLane } from './lane-under-test.ts';

const START = Date.UTC(2026, 2, 2, 12) * 1000;
const MINUTE = 60_000_000;

async function makeLane(): Promise<Lane> {
  const components = await loadComponents();
  const schema = configSchema(catalogueOf(components));
  const source = { type: 'demo', name: 'demo-network', scenario: 'network', records: 'packets' };
  const { config } = checkConfig({ tenants: { t: { sources: [source] } } }, schema);
  const tenant = config.tenants.t as NonNullable<(typeof config.tenants)[string]>;
  const options = { tenant: 't', config, components, clock: systemClock, log: silentLogger };
  return buildLane(tenant.sources[0] as (typeof tenant.sources)[number], tenant, options);
}

/** An hour of traffic, then an intrusion and a flood, ten minutes apart with what other records show of the script. */
async function traffic(seed: number): Promise<RecordBatch[]> {
  const settings = demo.config.parse({ scenario: 'network', seed, historyHours: 1, firstAttackSeconds: 60, attackEverySeconds: 600 });
  // It starts at START, and three quarters of an hour have passed when it is read.
  let reads = 0;
  const source = demo.create(settings, { ...testContext('demo'), now: () => (reads++ === 0 ? START : START + 45 * MINUTE) });
  return collect(source, (batches) => (batches.at(-1)?.ends?.length ?? 0) < 2000);
}

describe('the traffic of the demo', () => {
  it('is quiet but for the attacks, each of which is found in its packets; another seed has others', async () => {
    const kinds = (detections: readonly string[]) => {
      const titles = detections.map((text) => (JSON.parse(text) as { title: string }).title);
      return [...new Set(titles.map((title) => /^\w+ \w+/.exec(title)?.[0]))].sort();
    };
    const one = await runLane(makeLane, await traffic(1));
    expect(kinds(one.detections)).toEqual(['Amplification attack', 'Brute force', 'DNS tunnel', 'Port scan']);
    expect(one.dead).toEqual([]);
    expect(one.events).toBeGreaterThan(400);
    const other = await runLane(makeLane, await traffic(2));
    expect(other.keys.length).toBeGreaterThan(0);
    expect(other.detections.some((text) => one.detections.includes(text))).toBe(false);
  }, 30_000);
});
