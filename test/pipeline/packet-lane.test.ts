import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkConfig, configSchema } from '../../src/config/index.ts';
import { canonicalJson, type RecordBatch, silentLogger, systemClock } from '../../src/core/index.ts';
import { buildLane } from '../../src/pipeline/build.ts';
import { catalogueOf, loadComponents } from '../../src/pipeline/index.ts';
import type { Lane } from '../../src/pipeline/lane/lane.ts';
import { dnsQuery, ethernet, type Frame, ipv4, pcap, pcapng, tcp, udp } from '../../src/testing/packets.ts';
import { runLane } from './lane-under-test.ts';

const T0 = 1_600_000_000_000_000;
const SECOND = 1_000_000;

/** A lane as the configuration makes it; small tables, so that a test can make many. */
async function makeLane(windows: object | 'defaults' = {}, flow: object = {}): Promise<Lane> {
  const components = await loadComponents();
  const schema = configSchema(catalogueOf(components));
  const small = windows === 'defaults' ? {} : { detectors: [{ type: 'packet-windows', memory: 8192, maxKeys: 512, ...windows }] };
  const source = { type: 'directory', name: 'tap', path: '/nowhere', records: 'packets', features: { flow }, ...small };
  const { config } = checkConfig({ tenants: { t: { sources: [source] } } }, schema);
  const tenant = config.tenants.t as NonNullable<(typeof config.tenants)[string]>;
  const options = { tenant: 't', config, components, clock: systemClock, log: silentLogger };
  return buildLane(tenant.sources[0] as (typeof tenant.sources)[number], tenant, options);
}

function frame(time: number, from: string, to: string, protocol: number, payload: Uint8Array): Frame {
  return { time: T0 + time, bytes: ethernet(0x0800, ipv4({ from, to, protocol, payload })) };
}
const many = (count: number, make: (i: number) => Frame): Frame[] => Array.from({ length: count }, (_, i) => make(i));
const host = (i: number): string => `198.${(i >>> 16) & 255}.${(i >>> 8) & 255}.${i & 255}`;
const syn = (time: number, from: string, to: string, port: number): Frame =>
  frame(time, from, to, 6, tcp({ from: 40_000, to: port, flags: 2 }));
const query = (time: number, name: string): Frame => frame(time, '10.0.0.1', '10.0.0.53', 17, udp(4000, 53, dnsQuery(name)));

const ATTACKS: Frame[] = [
  ...many(700, (i) => syn(i * 5_000, host(i), '10.0.0.2', 80)),
  ...many(40, (i) => syn(4 * SECOND + i * 50_000, '10.0.0.9', '10.0.0.3', 1 + i)),
  ...many(60, (i) => query(8 * SECOND + i * 20_000, `${'x'.repeat(30)}${i}.t.example.com`)),
  syn(300 * SECOND, '10.0.0.7', '10.0.0.8', 443),
];

/** A capture as a source gives it: pieces of any length, the last one ends the input. */
function pieces(bytes: Uint8Array, sizes: readonly number[], more: Partial<RecordBatch> = {}): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const piece = bytes.slice(at, at + (sizes[i % sizes.length] as number));
    const last = at + piece.length >= bytes.length;
    const ends = Uint32Array.of(piece.length);
    batches.push({ input: 'a.pcap', generation: 'g', offset: at, line: 1, bytes: piece, ends, arrival: T0 + 1e12, last, ...more });
    at += piece.length;
  }
  return batches;
}

describe('packets, from pieces of captures to detections', () => {
  it('finds floods, scans and tunnels, and makes an event of every flow', async () => {
    const { keys, events, dead } = await runLane(makeLane, pieces(pcap(ATTACKS), [65_536]));
    expect(new Set(keys)).toEqual(new Set(['10.0.0.2', '10.0.0.9 -> 10.0.0.3', '10.0.0.1 -> 10.0.0.53 names below example.com']));
    expect(events).toBe(700 + 40 + 1 + 1);
    expect(dead).toEqual([]);
  });

  it('does so where no detector is named', async () => {
    const { keys } = await runLane(() => makeLane('defaults'), pieces(pcap(ATTACKS), [65_536]));
    expect(keys).toContain('10.0.0.9 -> 10.0.0.3');
  });

  it('gives the same bytes for any cut into pieces, and across snapshots', async () => {
    for (const form of [pcap, pcapng]) {
      const bytes = form(ATTACKS);
      const whole = await runLane(makeLane, pieces(bytes, [bytes.length]));
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 6 }).filter((sizes) => Math.max(...sizes) > 2000),
          fc.array(fc.nat(30), { maxLength: 4 }),
          async (sizes, restore) => {
            const again = await runLane(makeLane, pieces(bytes, sizes), restore);
            expect(again).toEqual(whole);
          },
        ),
        { seed: 5, numRuns: 3 },
      );
    }
  });

  it('names the packets, the capture and the techniques', async () => {
    const { detections } = await runLane(makeLane, pieces(pcap(ATTACKS), [4096]));
    const scan = detections.map((text) => JSON.parse(text)).find(({ techniques }) => techniques.includes('T1046'));
    expect(scan).toMatchObject({ detector: 'packet-windows', source: 'tap', entity: '10.0.0.9' });
    expect(scan.evidence[0]).toMatchObject({ input: 'a.pcap', line: 701 });
    expect(scan.lineage).toMatchObject({
      model: 'port-scan',
      inputs: [{ input: 'a.pcap', generation: 'g', from: scan.evidence[0].offset }],
    });
  });

  it('goes on over the end of a file: rotated captures are one stream', async () => {
    const scan = many(30, (i) => syn(i * 100_000, '10.0.0.9', '10.0.0.3', 1 + i));
    const [first, second] = [pcap(scan.slice(0, 15)), pcap(scan.slice(15))];
    const batches = [...pieces(first, [1000]), ...pieces(second, [1000], { input: 'b.pcap', generation: 'h' })];
    const { keys, detections } = await runLane(makeLane, batches);
    expect(keys[0]).toBe('10.0.0.9 -> 10.0.0.3');
    const [start] = JSON.parse(detections[0] as string).evidence;
    expect(start.input).toBe('a.pcap');
  });

  it('keeps the hosts of different sensors apart, takes a new header only where a stream begins', async () => {
    const half = (from: number) => pcap(many(15, (i) => syn(i * 1000, '10.0.0.9', '10.0.0.3', from + i)));
    const begin = (input: string, bytes: Uint8Array, offset: number): RecordBatch => ({
      ...(pieces(bytes, [bytes.length], { input, offset, last: false })[0] as RecordBatch),
      ends: Uint32Array.of(0, bytes.length),
    });
    const apart = await runLane(makeLane, [begin('sensor/a', half(1), 0), begin('sensor/b', half(20), 0)]);
    expect(apart.keys).toEqual([]);
    const together = await runLane(makeLane, [begin('sensor/a', half(1), 0), begin('sensor/a', half(20), 5000)]);
    expect(together.keys).toHaveLength(2);
    expect(together.dead).toEqual([]);
  });

  it('puts aside what is no capture, once, and what comes after damage', async () => {
    const text = new TextEncoder().encode('hello\n'.repeat(500));
    const { dead, events } = await runLane(makeLane, pieces(text, [100]));
    expect(dead).toEqual(['1: a.pcap is no pcap or pcapng capture']);
    expect(events).toBe(0);
    const bytes = pcap(ATTACKS.slice(0, 20));
    bytes.fill(0xff, 700, 740);
    const damaged = await runLane(makeLane, pieces(bytes, [200]));
    expect(damaged.dead).toEqual(['1: what follows is no record of a capture']);
    expect(damaged.events).toBeGreaterThan(0);
  });

  it('a packet from 2099 moves nothing', async () => {
    const future = { ...syn(0, '10.0.0.5', '10.0.0.6', 80), time: Date.UTC(2099, 0, 1) * 1000 };
    const arrival = T0 + 400 * SECOND;
    const whole = await runLane(makeLane, pieces(pcap(ATTACKS), [5000], { arrival }));
    const attacked = await runLane(makeLane, pieces(pcap([...ATTACKS.slice(0, 300), future, ...ATTACKS.slice(300)]), [5000], { arrival }));
    expect(attacked.keys).toEqual(whole.keys);
    expect(attacked.events).toBe(whole.events);
  });

  it('holds no more than it may under a flood with forged sources, and says what it forgot', async () => {
    const lane = await makeLane({ memory: 1024, maxKeys: 256 }, { maxFlows: 256 });
    const sizes: number[] = [];
    for (let round = 0; round < 8; round++) {
      const flood = many(1000, (i) => syn(round * SECOND + i * 800, host(round * 1000 + i), '10.0.0.2', 80));
      for (const batch of pieces(pcap(flood), [65_536], { input: `${round}.pcap` })) await lane.process(batch);
      const blobs = await lane.snapshot();
      sizes.push(Object.values(blobs).reduce((sum, blob) => sum + blob.length, 0));
    }
    expect(lane.ownCounters).toMatchObject({ open_flows: 256, flows_evicted: 8_000 - 256 });
    expect(Math.max(...sizes.slice(5))).toBeLessThan(1.1 * Math.max(...sizes.slice(2, 6)));
    const { findings } = await lane.end();
    expect(canonicalJson(findings.map(({ model }) => model))).toContain('syn-flood');
  });

  it('ends flows and reports by the clock when nothing comes any more', async () => {
    const lane = await makeLane();
    const flood = many(600, (i) => frame(i * 1000, host(i), '10.0.0.2', 17, udp(4000, 9999, new Uint8Array(8))));
    const batches = pieces(pcap(flood), [65_536], { last: false });
    const early = await Promise.all(batches.map((batch) => lane.process(batch)));
    expect(early.flatMap(({ findings }) => findings)).toEqual([]);
    const later = [];
    for (let second = 0; second <= 200; second++) later.push(await lane.elapse(T0 + second * SECOND));
    expect(later.flatMap(({ findings }) => findings.map(({ model }) => model))).toEqual(['first-contact-flood']);
    expect(later.flatMap(({ events }) => events).reduce((sum, { batch }) => sum + batch.rows, 0)).toBe(600);
  });
});
