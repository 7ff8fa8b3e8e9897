import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressText, type PacketBatch } from '../../../core/index.ts';
import { type CaptureForm, dnsQuery, ethernet, type Frame, ipv4, ipv6, pcap, pcapng, tcp, udp } from '../../../testing/packets.ts';
import { CaptureReader } from './reader.ts';

const T0 = 1_600_000_000_123_456;

interface Seen {
  readonly rows: string[];
  readonly counters: Record<string, number>;
}

async function read(bytes: Uint8Array, cut = bytes.length): Promise<Seen> {
  const reader = new CaptureReader({ input: 'test' });
  const rows: string[] = [];
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += cut) chunks.push(bytes.slice(at, at + cut));
  for await (const batch of reader.read(chunks)) for (let row = 0; row < batch.rows; row++) rows.push(text(batch, row));
  return { rows, counters: reader.counters() };
}

function text(batch: PacketBatch, row: number): string {
  const from = addressText(batch.addresses, row * 8);
  const to = addressText(batch.addresses, row * 8 + 4);
  const ports = `${batch.sourcePort[row]}>${batch.destinationPort[row]}`;
  const said = batch.application.filter((one) => one.row === row).map((one) => ('name' in one ? one.name : one.kind));
  return [batch.time[row], from, to, batch.protocol[row], ports, batch.payloadBytes[row], ...said].join(' ');
}

const v4 = (protocol: number, payload: Uint8Array): Uint8Array => ipv4({ from: '10.0.0.1', to: '10.0.0.2', protocol, payload });
const syn = v4(6, tcp({ from: 4000, to: 80, flags: 2 }));
const SYN_ROW = `${T0} 10.0.0.1 10.0.0.2 6 4000>80 0`;

describe('capture formats', () => {
  const frames: Frame[] = [{ time: T0, bytes: ethernet(0x0800, syn) }];
  const forms: [string, Uint8Array][] = [];
  for (const bigEndian of [false, true]) {
    for (const nano of [false, true])
      forms.push([`pcap, ${bigEndian ? 'big' : 'little'}-endian, ${nano ? 'nano' : 'micro'}seconds`, pcap(frames, { bigEndian, nano })]);
    for (const resolution of [6, 9, 3])
      forms.push([`pcapng, ${bigEndian ? 'big' : 'little'}-endian, 10^-${resolution} s`, pcapng(frames, { bigEndian }, resolution)]);
  }
  it.each(forms)('%s', async (name, bytes) => {
    const time = name.includes('10^-3') ? Math.floor(T0 / 1000) * 1000 : T0;
    expect((await read(bytes)).rows).toEqual([SYN_ROW.replace(String(T0), String(time))]);
  });

  it('gives the same whatever the pieces', async () => {
    const many = Array.from(
      { length: 40 },
      (_, i): Frame => ({ time: T0 + i, bytes: ethernet(0x0800, v4(17, udp(i, 53, dnsQuery(`n${i}.example.org`)))) }),
    );
    const whole = await read(pcapng(many));
    expect(whole.rows).toHaveLength(40);
    expect(whole.rows[7]).toContain('n7.example.org');
    for (const cut of [1, 7, 100, 1000]) expect(await read(pcapng(many), cut)).toEqual(whole);
  });
});

describe('link types', () => {
  const cases: [string, Uint8Array, CaptureForm][] = [
    ['VLAN', ethernet(0x8100, Uint8Array.from([0, 5, 8, 0, ...syn])), { linkType: 1 }],
    ['QinQ', ethernet(0x88a8, Uint8Array.from([0, 5, 0x81, 0, 0, 6, 8, 0, ...syn])), { linkType: 1 }],
    ['raw', syn, { linkType: 101 }],
    ['loopback, little-endian family', Uint8Array.from([2, 0, 0, 0, ...syn]), { linkType: 0 }],
    ['loopback, big-endian family', Uint8Array.from([0, 0, 0, 2, ...syn]), { linkType: 108 }],
    ['SLL', Uint8Array.from([...new Array<number>(14).fill(0), 8, 0, ...syn]), { linkType: 113 }],
    ['SLL2', Uint8Array.from([8, 0, ...new Array<number>(18).fill(0), ...syn]), { linkType: 276 }],
    ['IP in IP', ethernet(0x0800, ipv4({ from: '1.1.1.1', to: '2.2.2.2', protocol: 4, payload: syn })), { linkType: 1 }],
    [
      'GRE with key',
      ethernet(
        0x0800,
        ipv4({ from: '1.1.1.1', to: '2.2.2.2', protocol: 47, payload: Uint8Array.from([0x20, 0, 8, 0, 0, 0, 0, 9, ...syn]) }),
      ),
      {},
    ],
    [
      'VXLAN',
      ethernet(
        0x0800,
        ipv4({
          from: '1.1.1.1',
          to: '2.2.2.2',
          protocol: 17,
          payload: udp(9, 4789, Uint8Array.from([8, 0, 0, 0, 0, 0, 1, 0, ...ethernet(0x0800, syn)])),
        }),
      ),
      {},
    ],
    ['PPP', Uint8Array.from([0xff, 3, 0, 0x21, ...syn]), { linkType: 9 }],
    ['PPP, compressed', Uint8Array.from([0x21, ...syn]), { linkType: 50 }],
    ['MPLS, two labels', ethernet(0x8847, Uint8Array.from([0, 6, 64, 64, 0, 6, 65, 64, ...syn])), {}],
    ['MPLS in PPP', Uint8Array.from([2, 0x81, 0, 6, 65, 64, ...syn]), { linkType: 9 }],
    ...(
      [
        ['MPLS in GRE', [0, 0, 0x88, 0x47, 0, 6, 65, 64, ...syn]],
        ['ERSPAN type I', [0, 0, 0x88, 0xbe, ...ethernet(0x0800, syn)]],
        ['ERSPAN type II', [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 1, 0, 0, 0, 0, 0, 0, ...ethernet(0x0800, syn)]],
        ['ERSPAN type III', [0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 1, ...new Array<number>(10).fill(0), ...ethernet(0x0800, syn)]],
        [
          'ERSPAN type III with a subheader',
          [
            0x10,
            0,
            0x22,
            0xeb,
            0,
            0,
            0,
            1,
            0x20,
            1,
            ...new Array<number>(9).fill(0),
            1,
            ...new Array<number>(8).fill(9),
            ...ethernet(0x0800, syn),
          ],
        ],
      ] as const
    ).map(([name, payload]): [string, Uint8Array, CaptureForm] => [
      name,
      ethernet(0x0800, ipv4({ from: '1.1.1.1', to: '2.2.2.2', protocol: 47, payload: Uint8Array.from(payload) })),
      {},
    ]),
    ...(
      [
        ['Geneve with options', [1, 0, 0x65, 0x58, 0, 0, 1, 0, 9, 9, 9, 9, ...ethernet(0x0800, syn)]],
        ['Geneve with IP', [0, 0, 8, 0, 0, 0, 1, 0, ...syn]],
      ] as const
    ).map(([name, payload]): [string, Uint8Array, CaptureForm] => [
      name,
      ethernet(0x0800, ipv4({ from: '1.1.1.1', to: '2.2.2.2', protocol: 17, payload: udp(9, 6081, Uint8Array.from(payload)) })),
      {},
    ]),
  ];
  it('counts what GRE carries and is not read', async () => {
    const gre = ipv4({ from: '1.1.1.1', to: '2.2.2.2', protocol: 47, payload: Uint8Array.from([0, 0, 0x88, 0x0b, 1, 2, 3, 4]) });
    const { rows, counters } = await read(pcap([{ time: T0, bytes: ethernet(0x0800, gre) }]));
    expect(rows).toEqual([`${T0} 1.1.1.1 2.2.2.2 47 0>0 4`]);
    expect(counters.tunnel_protocol_other).toBe(1);
  });

  it.each(cases)('%s', async (_name, bytes, form) => {
    expect((await read(pcap([{ time: T0, bytes }], form))).rows).toEqual([SYN_ROW]);
  });

  it('counts a link type it does not read', async () => {
    const { rows, counters } = await read(pcap([{ time: T0, bytes: syn }], { linkType: 105 }));
    expect(rows).toHaveLength(1);
    expect(counters.link_unsupported).toBe(1);
  });
});

describe('fragments', () => {
  it('have the ports of their datagram', async () => {
    const datagram = udp(53, 4000, new Uint8Array(2000));
    const part = (offset: number, end: number): Uint8Array =>
      ethernet(
        0x0800,
        ipv4({
          from: '10.0.0.1',
          to: '10.0.0.2',
          protocol: 17,
          payload: datagram.slice(offset, end),
          identification: 7,
          offset,
          more: end < datagram.length,
        }),
      );
    const { rows, counters } = await read(
      pcap([
        { time: T0, bytes: part(0, 1480) },
        { time: T0, bytes: part(1480, 2008) },
      ]),
    );
    expect(rows).toEqual([`${T0} 10.0.0.1 10.0.0.2 17 53>4000 1472`, `${T0} 10.0.0.1 10.0.0.2 17 53>4000 528`]);
    expect(counters.fragment_unmatched).toBeUndefined();
    const { counters: lonely } = await read(pcap([{ time: T0, bytes: part(1480, 2008) }]));
    expect(lonely.fragment_unmatched).toBe(1);
  });

  it('of IPv6 too', async () => {
    const datagram = udp(53, 4000, new Uint8Array(1000));
    const part = (offset: number, end: number): Uint8Array =>
      ethernet(
        0x86dd,
        ipv6(
          '2001:db8:0:0:0:0:0:1',
          'fe80:0:0:0:0:0:0:2',
          44,
          Uint8Array.from([17, 0, offset >>> 8, offset | (end < datagram.length ? 1 : 0), 0, 0, 0, 9, ...datagram.slice(offset, end)]),
        ),
      );
    const { rows } = await read(
      pcap([
        { time: T0, bytes: part(0, 512) },
        { time: T0, bytes: part(512, 1008) },
      ]),
    );
    expect(rows).toEqual([`${T0} 2001:db8::1 fe80::2 17 53>4000 504`, `${T0} 2001:db8::1 fe80::2 17 53>4000 496`]);
  });
});

describe('hostile packets', () => {
  it('a length that lies is counted and cut to what there is', async () => {
    const lies = ipv4({ from: '10.0.0.1', to: '10.0.0.2', protocol: 17, payload: udp(1, 2, new Uint8Array(10)), totalLength: 60_000 });
    const { rows, counters } = await read(pcap([{ time: T0, bytes: ethernet(0x0800, lies) }]));
    expect(rows).toEqual([`${T0} 10.0.0.1 10.0.0.2 17 1>2 10`]);
    expect(counters.ip_length_lies).toBe(1);
  });

  it('64 KiB of extension headers end after sixteen', async () => {
    const chain = new Uint8Array(65_000);
    for (let at = 0; at < chain.length; at += 8) chain[at] = 60;
    const frame = ethernet(0x86dd, ipv6('1:0:0:0:0:0:0:1', '1:0:0:0:0:0:0:2', 60, chain));
    const { counters } = await read(pcap([{ time: T0, bytes: frame }]));
    expect(counters.extensions_endless).toBe(1);
  });

  it('tunnels in tunnels end after four', async () => {
    let inner = syn;
    for (let i = 0; i < 60; i++) inner = ipv4({ from: '1.1.1.1', to: '2.2.2.2', protocol: 4, payload: inner });
    expect((await read(pcap([{ time: T0, bytes: ethernet(0x0800, inner) }]))).counters.tunnels_nested).toBe(1);
  });

  it('a DNS name that points at itself, or forwards, is malformed', async () => {
    for (const pointer of [12, 20, 14]) {
      const message = Uint8Array.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, pointer, 0, 1, 0, 1, 0, 0, 0xc0, 12]);
      const { counters, rows } = await read(pcap([{ time: T0, bytes: ethernet(0x0800, v4(17, udp(9, 53, message))) }]));
      expect(counters.name_malformed).toBe(1);
      expect(rows).toHaveLength(1);
    }
  });

  it('a record longer than any frame stops the reading and says how much was left', async () => {
    const good = pcap([{ time: T0, bytes: ethernet(0x0800, syn) }]);
    const bytes = Uint8Array.from([...good, 1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 1, 2, 3]);
    const { rows, counters } = await read(bytes);
    expect(rows).toEqual([SYN_ROW]);
    expect(counters).toMatchObject({ packets: 1, damaged_record: 1, cut_bytes: 19 });
  });

  it('any capture cut anywhere gives its whole records', async () => {
    const frames = Array.from({ length: 5 }, (_, i): Frame => ({ time: T0 + i, bytes: ethernet(0x0800, syn) }));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(pcap(frames), pcapng(frames)), fc.double({ min: 0, max: 1, noNaN: true }), async (bytes, share) => {
        const cut = 4 + Math.floor(share * (bytes.length - 4));
        const { rows, counters } = await read(bytes.slice(0, cut));
        expect(counters.packets).toBe(rows.length);
        for (const [i, row] of rows.entries()) expect(row).toBe(SYN_ROW.replace(String(T0), String(T0 + i)));
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  it('no bytes crash it: every frame is one row, or counted', async () => {
    const header = fc.constantFrom(
      [...ethernet(0x0800, syn)],
      [...ethernet(0x0800, v4(17, udp(5353, 53, dnsQuery('a.b.example'))))],
      [...ethernet(0x86dd, ipv6('1:0:0:0:0:0:0:1', '1:0:0:0:0:0:0:2', 0, new Uint8Array(64)))],
      [
        ...ethernet(
          0x0800,
          v4(
            6,
            tcp({
              from: 9,
              to: 443,
              flags: 24,
              payload: Uint8Array.from([22, 3, 1, 0, 60, 1, 0, 0, 56, ...new Array<number>(56).fill(3)]),
            }),
          ),
        ),
      ],
      [...ethernet(0x0800, v4(47, new Uint8Array(40).fill(8)))],
    );
    const frame = fc
      .tuple(header, fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 12 }), fc.nat(200))
      .map(([bytes, changes, keep]) => {
        const changed = Uint8Array.from(bytes);
        for (const [at, value] of changes) if (at < changed.length) changed[at] = value;
        return changed.slice(0, keep);
      });
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 30 }), fc.constantFrom(0, 1, 101, 108, 113, 276), async (frames, linkType) => {
        const { rows } = await read(
          pcap(
            frames.map((bytes, i) => ({ time: T0 + i, bytes })),
            { linkType },
          ),
        );
        expect(rows).toHaveLength(frames.length);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('random bytes after the magic number end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom([0xd4, 0xc3, 0xb2, 0xa1], [0x0a, 0x0d, 0x0d, 0x0a]),
        fc.uint8Array({ maxLength: 600 }),
        async (magic, noise) => {
          const { counters } = await read(Uint8Array.from([...magic, ...noise]));
          expect(counters.packets).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 300, seed: 6 },
    );
  });

  it('what is no capture is named', async () => {
    await expect(read(new TextEncoder().encode('hello, world'))).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
  });
});
