import { describe, expect, it } from 'vitest';
import { checkConfig, configSchema, parseConfig } from '../../src/config/index.ts';
import { type Detection, type RecordBatch, silentLogger, systemClock } from '../../src/core/index.ts';
import { buildLane } from '../../src/pipeline/build.ts';
import { catalogueOf, checkDetectors, loadComponents, pipelineSchema } from '../../src/pipeline/index.ts';
import type { Lane } from '../../src/pipeline/lane/lane.ts';
import { ethernet, type Frame, ipv4, pcap, tcp } from '../../src/testing/packets.ts';
import { runLane } from './lane-under-test.ts';

const T0 = 1_600_000_000_000_000;
const SECOND = 1_000_000;

/** A source of packets whose detectors are the lane's own. */
async function makeLane(): Promise<Lane> {
  const components = await loadComponents();
  const schema = configSchema(catalogueOf(components));
  const source = { type: 'directory', name: 'tap', path: '/nowhere', records: 'packets' };
  const { config } = checkConfig({ tenants: { t: { sources: [source] } } }, schema);
  const tenant = config.tenants.t as NonNullable<(typeof config.tenants)[string]>;
  return buildLane(tenant.sources[0] as (typeof tenant.sources)[number], tenant, {
    tenant: 't',
    config,
    components,
    clock: systemClock,
    log: silentLogger,
  });
}

const many = (count: number, make: (i: number) => Frame): Frame[] => Array.from({ length: count }, (_, i) => make(i));
const syn = (time: number, from: string, to: string, port: number): Frame => ({
  time: T0 + time,
  bytes: ethernet(0x0800, ipv4({ from, to, protocol: 6, payload: tcp({ from: 40_000, to: port, flags: 2 }) })),
});

function pieces(bytes: Uint8Array, size: number): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.slice(at, at + size);
    const ends = Uint32Array.of(piece.length);
    batches.push({
      input: 'a.pcap',
      generation: 'g',
      offset: at,
      line: 1,
      bytes: piece,
      ends,
      arrival: T0 + 1e12,
      last: at + size >= bytes.length,
    });
  }
  return batches;
}

describe('use cases in the running pipeline', () => {
  it('look at the flows of packets, beside the packet rules and without saying what these say already', async () => {
    const frames = [
      ...many(6, (i) => syn(i * SECOND, '10.0.0.9', `10.0.1.${i}`, 445)),
      ...many(30, (i) => syn(20 * SECOND + i * 50_000, '10.0.0.8', '10.0.0.3', 1 + i)),
      syn(600 * SECOND, '10.0.0.7', '10.0.0.8', 443),
    ];
    const whole = await runLane(makeLane, pieces(pcap(frames), 65_536));
    const found = whole.detections
      .map((json) => JSON.parse(json) as Detection)
      .map(({ detector, lineage, key }) => `${detector} ${lineage.model} ${key}`);
    expect(new Set(found)).toEqual(new Set(['use-cases administration-spread 10.0.0.9', 'packet-windows port-scan 10.0.0.8 -> 10.0.0.3']));
    expect((await runLane(makeLane, pieces(pcap(frames), 333))).keys).toEqual(whole.keys);
  });

  it('says with its place what is wrong in a declared feature or a use case of it', async () => {
    const yaml = (where: string, feature: string): string => `tenants:
  t:
    features:
      jobs:
        from: flow
        where: ${where}
        key: [sourceAddress]
        window: { size: 1m }
        aggregates: { jobs: count() }
    detectors:
      - type: use-cases
        cases: { spree: { feature: ${feature}, title: Spree, levels: { jobs: 3 } } }
    sources: [{ type: directory, name: tap, path: /nowhere, records: packets }]
`;
    const schema = await pipelineSchema();
    expect(() => parseConfig(yaml('protocol = 6 and hots = 1', 'jobs'), 'vedette.yaml', schema)).toThrow(
      'vedette.yaml:6:33 tenants.t.features.jobs.where: there is no column hots',
    );
    expect(await checkDetectors(parseConfig(yaml('protocol = 6', 'jobs'), 'vedette.yaml', schema).config)).toEqual([]);
    const [problem] = await checkDetectors(parseConfig(yaml('protocol = 6', 'jops'), 'vedette.yaml', schema).config);
    expect(problem).toMatch(/^tenants\.t\.detectors\[0\]: the use case spree names the feature jops/);
  });
});
