import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dnsQuery, ethernet, type Frame, ipv4, ipv6, pcap, tcp, udp } from '../../testing/packets.ts';
import { readName } from './application/dns.ts';
import { CaptureReader } from './capture/reader.ts';
import { FlowMeter } from './flow/meter.ts';

const T0 = 1_600_000_000_000_000;
const A = '1:0:0:0:0:0:0:1';
const B = '1:0:0:0:0:0:0:2';

/** Frames through the reader, the application layer and the meter: rows, packets in flows and in none, and what was counted. */
async function metered(frames: readonly Frame[]) {
  const reader = new CaptureReader({ input: 'hostile' });
  let rows = 0;
  const names: string[] = [];
  let flows = 0;
  const meter = new FlowMeter(() => flows++);
  for await (const batch of reader.read([pcap(frames)])) {
    rows += batch.rows;
    names.push(...batch.application.flatMap((event) => (event.kind === 'dns' ? [event.name] : [])));
    meter.add(batch);
  }
  meter.flush();
  const { packets_metered: inFlows = 0, packets_without_flow: without = 0 } = meter.counters();
  return { rows, flows, inFlows, without, names, counters: reader.counters() };
}

const frame = (bytes: Uint8Array, wire?: number): Frame => ({ time: T0, bytes, ...(wire === undefined ? {} : { wire }) });
const v4 = (protocol: number, payload: Uint8Array): Uint8Array => ipv4({ from: '10.0.0.1', to: '10.0.0.2', protocol, payload });
const bytes = (...parts: readonly (readonly number[] | Uint8Array)[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** GRE with Ethernet, VXLAN, IP in IP, IPv6 in IPv4, in turn. */
function nested(levels: number, inside: Uint8Array): Uint8Array {
  let packet = inside;
  for (let i = 0; i < levels; i++) {
    const [version, etherType] = (packet[0] as number) >>> 4 === 6 ? [41, 0x86dd] : [4, 0x0800];
    if (i % 3 === 0) packet = v4(47, bytes([0, 0, 0x65, 0x58], ethernet(etherType, packet)));
    else if (i % 3 === 1) packet = ipv6(A, B, 17, udp(1, 4789, bytes([8, 0, 0, 0, 0, 0, 7, 0], ethernet(etherType, packet))));
    else packet = v4(version, packet);
  }
  return packet;
}

const query = v4(17, udp(9, 53, dnsQuery('a.example')));
const etherOf = (packet: Uint8Array): Uint8Array => ethernet((packet[0] as number) >>> 4 === 6 ? 0x86dd : 0x0800, packet);

describe('hostile packets', () => {
  it('tunnels of every kind in one another are entered four deep and no further', async () => {
    for (let levels = 0; levels <= 12; levels++) {
      const { rows, names, counters } = await metered([frame(etherOf(nested(levels, query)))]);
      expect([levels, rows, names, counters.tunnels_nested ?? 0]).toEqual([
        levels,
        1,
        levels <= 4 ? ['a.example'] : [],
        levels <= 4 ? 0 : 1,
      ]);
    }
  });

  it('lengths of UDP and TCP that lie are counted, and nothing behind the packet is read', async () => {
    const datagram = (claimed: number) => {
      const payload = udp(9, 53, dnsQuery('a.example'));
      payload.set([claimed >>> 8, claimed & 255], 4);
      return frame(ethernet(0x0800, v4(17, payload)));
    };
    for (const claimed of [1, 7, 200, 65_535]) expect((await metered([datagram(claimed)])).counters.transport_length).toBe(1);
    for (const honest of [0, 35]) expect((await metered([datagram(honest)])).counters.transport_length).toBeUndefined();
    const segment = tcp({ from: 9, to: 80, flags: 2 });
    for (const words of [0, 4, 6, 15]) {
      segment[12] = words << 4;
      expect((await metered([frame(ethernet(0x0800, v4(6, segment)))])).counters.transport_length).toBe(1);
    }
  });

  it('an IPv4 header longer than the packet, or shorter than a header, is counted', async () => {
    for (const [words, problem] of [
      [15, 'ip_truncated'],
      [4, 'ip_header_length'],
    ] as const) {
      const packet = v4(17, udp(1, 2, new Uint8Array(0)));
      packet[0] = 0x40 | words;
      const { rows, counters } = await metered([frame(ethernet(0x0800, packet))]);
      expect([rows, counters[problem]]).toEqual([1, 1]);
    }
  });

  it('64 KiB of options and extension headers take no longer than their sixteen', async () => {
    const chain = new Uint8Array(65_000).fill(0xff);
    for (let at = 0, header = 0; at < chain.length; header++) {
      // The type of the header behind it, and its own length in units of eight bytes.
      chain.set([[0, 43, 60, 135, 139, 140][header % 6] as number, header % 31], at);
      at += ((chain[at + 1] as number) + 1) * 8;
    }
    const one = frame(ethernet(0x86dd, ipv6(A, B, 60, chain)));
    const began = process.cpuUsage();
    const { rows, counters } = await metered(new Array<Frame>(20).fill(one));
    const { user, system } = process.cpuUsage(began);
    expect([rows, counters.extensions_endless]).toEqual([20, 20]);
    expect((user + system) / 1e6).toBeLessThan(10);
  });

  it('loops and long chains of DNS pointers are malformed names', async () => {
    for (const name of [[0xc0, 12], [0xc0, 200], [0xff, 0xff], [63], [64, 1], [0xc0], []]) {
      const message = bytes([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0], name, name.length < 2 ? [] : [0, 1, 0, 1]);
      const { counters, rows } = await metered([frame(ethernet(0x0800, v4(17, udp(9, 53, message))))]);
      expect([name, rows, counters.name_malformed]).toEqual([name, 1, 1]);
    }
    // Each pointer leads to the one before it, the first to a name.
    const chain = (pointers: number) =>
      bytes([1, 97, 0], ...Array.from({ length: pointers }, (_, i) => [0xc0, i === 0 ? 0 : 3 + (i - 1) * 2]));
    const named = (pointers: number) => readName(chain(pointers), 0, 3 + (pointers - 1) * 2, 3 + pointers * 2)?.text;
    expect([named(1), named(16), named(17), named(60)]).toEqual(['a', 'a', undefined, undefined]);
  });

  it('a nested frame snapped at any byte is a row, and a problem where its end is missing', async () => {
    const whole = etherOf(nested(4, query));
    for (let kept = 0; kept < whole.length; kept++) {
      const { rows, names, counters } = await metered([frame(whole.slice(0, kept), whole.length)]);
      expect([kept, rows, names]).toEqual([kept, 1, []]);
      expect(Object.keys(counters).some((name) => /truncated|snapped|malformed/.test(name))).toBe(true);
    }
  });

  it('whatever bytes are changed, every frame is one row, in a flow or counted as in none', async () => {
    const seeds = fc.constantFrom(
      ...[0, 1, 2, 3, 4, 6].map((levels) => etherOf(nested(levels, query))),
      ...[0, 1, 2].map((levels) => etherOf(nested(levels, v4(6, tcp({ from: 9, to: 443, flags: 24, payload: new Uint8Array(30) }))))),
    );
    const mutated = fc
      .tuple(
        seeds,
        fc.array(fc.tuple(fc.nat(400), fc.constantFrom(0, 1, 4, 41, 47, 59, 60, 63, 127, 128, 192, 255)), { maxLength: 10 }),
        fc.nat(400),
      )
      .map(([seed, changes, keep]) => {
        const changed = seed.slice(0, Math.max(1, keep));
        for (const [at, value] of changes) if (at < changed.length) changed[at] = value;
        return frame(changed, seed.length);
      });
    await fc.assert(
      fc.asyncProperty(fc.array(mutated, { maxLength: 25 }), async (frames) => {
        const { rows, flows, inFlows, without } = await metered(frames);
        expect([rows, inFlows + without]).toEqual([frames.length, frames.length]);
        expect(flows).toBeLessThanOrEqual(inFlows);
      }),
      { numRuns: 200, seed: 12 },
    );
  });
});
