import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/index.ts';
import { type Alert, MICROS_PER_DAY } from '../../src/core/index.ts';
import { PacketWindows, packetWindowsConfig } from '../../src/detectors/packet-windows/index.ts';
import { CaptureReader } from '../../src/parsers/packets/index.ts';
import { pipelineSchema, startPipeline } from '../../src/pipeline/index.ts';
import { openHome } from '../../src/store/index.ts';
import { dnsQuery, ethernet, type Frame, ipv4, pcap, tcp, udp } from '../../src/testing/packets.ts';
import { Namespace, whyNot } from './namespace.ts';

const reason = whyNot();
const title = (name: string) => (reason === undefined ? name : `${name} [skipped: ${reason}]`);
const SECOND = 1_000_000;
const T0 = 1_700_000_000 * SECOND;
/** Most time from the packet that makes a condition true to the committed alert. */
const WITHIN_MS = 5_000;

const frame = (time: number, from: string, to: string, protocol: number, payload: Uint8Array): Frame => ({
  time: T0 + Math.round(time),
  bytes: ethernet(0x0800, ipv4({ from, to, protocol, payload })),
});
const segment = (time: number, from: string, to: string, ports: readonly [number, number], flags: number, bytes = 0): Frame =>
  frame(time, from, to, 6, tcp({ from: ports[0], to: ports[1], flags, payload: new Uint8Array(bytes) }));
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** A client that asks for a name and fetches a page, again and again. */
function ordinary(seconds: number): Frame[] {
  return many(seconds * 8, (i) => {
    const at = i * 125_000;
    const [client, server] = [`10.1.0.${1 + (i % 5)}`, `10.2.0.${1 + (i % 4)}`];
    const port = 30_000 + i;
    const there = (after: number, flags: number, bytes = 0) => segment(at + after, client, server, [port, 443], flags, bytes);
    const back = (after: number, flags: number, bytes = 0) => segment(at + after, server, client, [443, port], flags, bytes);
    return [
      frame(at, client, '10.0.0.53', 17, udp(port, 53, dnsQuery(`www${i % 6}.example.com`))),
      frame(at + 900, '10.0.0.53', client, 17, udp(53, port, dnsQuery(`www${i % 6}.example.com`))),
      ...[there(2_000, 2), back(3_000, 18), there(4_000, 16), there(5_000, 24, 400), back(9_000, 24, 1200), back(9_500, 24, 1200)],
      ...[there(12_000, 17), back(13_000, 17), there(14_000, 16)],
    ];
  }).flat();
}

const ATTACKS: readonly Frame[] = [
  ...many(1200, (i) => segment(2 * SECOND + i * 800, `198.18.${i >>> 8}.${i & 255}`, '10.2.0.1', [1024 + i, 443], 2)),
  ...many(60, (i) => segment(3.5 * SECOND + i * 20_000, '10.66.0.1', '10.2.0.2', [50_000, 1 + i], 2)),
  ...many(60, (i) =>
    frame(5 * SECOND + i * 25_000, '10.1.0.3', '10.0.0.53', 17, udp(5353 + i, 53, dnsQuery(`${'d4t4'.repeat(8)}${i}.t.example.net`))),
  ),
];

/** When each rule is first true in a capture, from its beginning. */
async function firstTrue(capture: Uint8Array): Promise<Map<string, number>> {
  const fired = new Map<string, number>();
  const detector = new PacketWindows(packetWindowsConfig.parse({}), {
    onFire: ({ rule, firedAt }) => {
      if (!fired.has(rule)) fired.set(rule, firedAt - T0);
    },
  });
  for await (const batch of new CaptureReader({ input: 'x' }).read([capture])) detector.take(batch);
  return fired;
}

describe.skipIf(reason !== undefined)(title('live capture on a pair of interfaces in a network namespace'), () => {
  let folder = '';
  let namespace: Namespace;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vedette-live-'));
    namespace = new Namespace();
  });
  afterAll(() => {
    namespace.remove();
    rmSync(folder, { recursive: true });
  });

  it('SYN flood, port scan and DNS tunnel among ordinary traffic: an alert each within 5 s of the packet that makes it true', {
    timeout: 60_000,
  }, async () => {
    const frames = [...ordinary(7), ...ATTACKS].sort((a, b) => a.time - b.time);
    const capture = pcap(frames);
    const path = join(folder, 'traffic.pcap');
    writeFileSync(path, capture);
    const expected = await firstTrue(capture);
    const source = { type: 'capture', name: 'tap', interface: 'far', command: namespace.wrapper(folder, 'tcpdump'), statsMs: 500 };
    const loaded = checkConfig({ tenants: { t: { sources: [source] } } }, await pipelineSchema());
    const home = await openHome(join(folder, 'home'));
    const pipeline = await startPipeline(loaded, { home, program: 'vedette test' });
    const came = new Map<string, { at: number; alert: Alert }>();
    pipeline.on('alert', (alert) => {
      const { lineage, detector } = alert.detection;
      const rule = lineage.model;
      // What flows by source and destination look unusual is told beside, when their windows close.
      if (detector === 'packet-windows' && !came.has(rule)) came.set(rule, { at: Date.now(), alert });
    });
    const tap = async () => (await pipeline.status()).tenants[0]?.sources[0];
    const hello = join(folder, 'hello.pcap');
    writeFileSync(hello, pcap(ordinary(1).slice(0, 1)));
    for (let tries = 0; tries < 100 && (await tap())?.counters.records === 0; tries++) await namespace.play(hello);

    const began = await namespace.play(path);
    let status = await tap();
    const isDone = () => came.size >= 3 && (status?.counters.records ?? 0) >= frames.length;
    for (let waited = 0; !isDone() && waited < 2 * WITHIN_MS; waited += 100) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      status = await tap();
    }
    await pipeline.finish();
    await pipeline.stop();
    const flows = await (await home.tenant('t')).events.flows({ address: '10.66.0.1' });
    await home.close();

    expect(new Set(came.keys())).toEqual(new Set(['syn-flood', 'port-scan', 'dns-tunnel']));
    for (const [rule, { at, alert }] of came) {
      const late = at - (began + (expected.get(rule) as number)) / 1000;
      expect(late, rule).toBeGreaterThan(0);
      expect(late, rule).toBeLessThan(WITHIN_MS);
      expect(alert.notified, rule).toBe(true);
      expect(alert.detection.techniques.length).toBeGreaterThan(0);
      expect(alert.detection.evidence[0]).toMatchObject({ input: 'far' });
      expect(Math.abs(alert.detection.start - Date.now() * 1000)).toBeLessThan(MICROS_PER_DAY);
    }
    expect(status?.sourceCounters).toMatchObject({ restarts: 0, kernel_drops: 0 });
    expect(status?.counters.records).toBeGreaterThanOrEqual(frames.length);
    expect(flows.items).toHaveLength(60);
  });
});
