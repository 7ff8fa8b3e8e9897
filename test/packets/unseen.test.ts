import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../src/core/index.ts';
import { RULES } from '../../src/detectors/packet-windows/rules.ts';
import { arp, dhcp, dnsQuery, echo, type Frame, neighbour, tcp, udp } from '../../src/testing/packets.ts';
import { host, ip, many, SECOND, syn, synAck, T0, watch } from './watch.ts';

const MINUTE = 60 * SECOND;
const titles = (...rules: readonly (keyof typeof RULES)[]): string[] => rules.map((rule) => RULES[rule].title);

describe('slow scans', () => {
  it('of ports: one every minute, of which some answer; a client that comes back to the same services is none', async () => {
    const scan = many(60, (i) => syn(i * MINUTE, '10.0.0.1', '10.0.0.2', 1 + i)).flatMap((frame, i) =>
      i % 10 === 3 ? [frame, synAck(i * MINUTE + 1000, '10.0.0.2', '10.0.0.1', 1 + i)] : [frame],
    );
    const { found, names } = await watch(scan);
    expect(names).toEqual(titles('slow-port-scan'));
    expect(found[0]).toMatchObject({ entity: '10.0.0.1', targets: ['10.0.0.2'], techniques: ['T1046'] });
    expect(found[0]?.severity).toBeGreaterThanOrEqual(45);
    const client = many(200, (i) => syn(i * MINUTE, '10.0.0.1', '10.0.0.2', 8000 + (i % 8), 40_000 + i));
    expect((await watch(client)).names).toEqual([]);
    const answered = many(60, (i) => syn(i * MINUTE, '10.0.0.1', '10.0.0.2', 1 + i)).flatMap((frame, i) => [
      frame,
      synAck(i * MINUTE + 1000, '10.0.0.2', '10.0.0.1', 1 + i),
    ]);
    expect((await watch(answered)).names).toEqual([]);
  });

  it('of hosts: one every 40 seconds on one port; a server that meets dead hosts among many is none', async () => {
    const tries = (silent: (i: number) => boolean): Frame[] =>
      many(80, (i) => syn(i * 40 * SECOND, '10.0.0.1', host(i), 445)).flatMap((frame, i) =>
        silent(i) ? [frame] : [frame, synAck(i * 40 * SECOND + 1000, host(i), '10.0.0.1', 445)],
      );
    const { found, names } = await watch(tries((i) => i % 5 !== 0));
    expect(names).toEqual(titles('slow-host-scan'));
    expect(found[0]?.entity).toBe('10.0.0.1');
    expect((await watch(tries((i) => i % 3 === 0))).names).toEqual([]);
  });

  it('forged sources of a flood leave no window behind, and a slow scan beside it is still seen', async () => {
    const scan = many(40, (i) => syn(i * MINUTE, '10.0.0.1', '10.0.0.2', 1 + i));
    const flood = many(4000, (i) => syn(20 * MINUTE + 500 + i * 300, host(i), '10.0.0.9', 80));
    const both = [...scan, ...flood].sort((a, b) => a.time - b.time);
    expect((await watch(both, { maxKeys: 256, memory: 16_384 })).names).toContain(RULES['slow-port-scan'].title);
  });

  it('what is scanned fast is told once', async () => {
    const scan = many(200, (i) => syn(i * 100_000, '10.0.0.1', '10.0.0.2', 1 + i));
    expect((await watch(scan)).names).toEqual(titles('port-scan'));
  });
});

describe('scans by packets that no connection begins with', () => {
  const probe = (flags: number) => many(30, (i) => ip(i * 1000, '10.0.0.1', '10.0.0.2', 6, tcp({ from: 50_000, to: 1 + i, flags })));

  it.each([
    [0, 'by NULL packets'],
    [1, 'by FIN packets'],
    [41, 'by XMAS packets'],
  ])('flags %i: %s', async (flags, kind) => {
    expect((await watch(probe(flags))).found.map(({ key }) => key)).toEqual([`10.0.0.1 -> 10.0.0.2 ${kind}`]);
  });

  const refusals = (port: (i: number) => number, client: number): Frame[] =>
    many(30, (i) => ip(i * 1000, '10.0.0.1', '10.0.0.2', 6, tcp({ from: client, to: port(i), flags: 16 }))).flatMap((frame, i) => [
      frame,
      ip(i * 1000 + 100, '10.0.0.2', '10.0.0.1', 6, tcp({ from: port(i), to: client, flags: 4 })),
    ]);

  it('ACK: by what is refused, of many ports; one service that has restarted is none', async () => {
    const { found } = await watch(refusals((i) => 1 + i, 50_000));
    expect(found.map(({ key, entity }) => [key, entity])).toEqual([['10.0.0.1 -> 10.0.0.2 by ACK packets', '10.0.0.1']]);
    expect((await watch(refusals(() => 443, 50_000))).names).toEqual([]);
    // A server whose client is gone: it confirms from its port, and is refused from many.
    expect((await watch(refusals((i) => 40_000 + i, 443))).names).toEqual([]);
  });
});

describe('sweeps', () => {
  it('that are over before the hosts had time to answer are found afterwards', async () => {
    const sweep = many(254, (i) => syn(i * 500, '10.0.0.1', `10.0.9.${i + 1}`, 445));
    const later = syn(5 * SECOND, '10.0.0.7', '10.0.0.8', 80);
    expect((await watch([...sweep, later])).names).toEqual(titles('silent-host-scan'));
    expect((await watch([...sweep.slice(0, -1), { ...(sweep[253] as Frame), time: T0 + 700_000 }])).names).toEqual(
      titles('silent-host-scan'),
    );
  });

  const pings = (answers: (i: number) => boolean): Frame[] =>
    many(400, (i) => ip(i * 300_000, '10.0.0.1', `10.0.9.${(i % 200) + 1}`, 1, echo(8, i, new Uint8Array(48)))).flatMap((frame, i) =>
      answers(i % 200) ? [frame, ip(i * 300_000 + 900, `10.0.9.${(i % 200) + 1}`, '10.0.0.1', 1, echo(0, i, new Uint8Array(48)))] : [frame],
    );

  it('by pings need silent hosts: monitoring of hosts that answer is low, a sweep of a network is not', async () => {
    expect((await watch(pings((i) => i % 2 === 0))).names).toEqual(titles('icmp-sweep'));
    expect((await watch(pings((i) => i % 17 !== 3))).found.map(({ title, severity }) => [title.split(', 10')[0], severity])).toEqual([
      [RULES['answered-sweep'].title, 20],
    ]);
  });
});

describe('ARP', () => {
  const GATEWAY = '02:00:00:00:00:01';
  const ATTACKER = '02:00:00:00:00:66';
  const says = (time: number, hardware: string, operation = 2, sender = '10.0.0.1', target = '10.0.0.20'): Frame => ({
    time: T0 + time,
    bytes: arp({ operation, sender, hardware, target }),
  });

  it('an address claimed by two cards by turns', async () => {
    const frames = Array.from({ length: 20 }, (_, i) => [
      says(i * 2 * SECOND, ATTACKER),
      says(i * 2 * SECOND + 300_000, '02:00:00:00:00:20', 1, '10.0.0.20', '10.0.0.1'),
      says(i * 2 * SECOND + 301_000, GATEWAY),
    ]).flat();
    const { found } = await watch(frames);
    const [spoofing] = found.filter(({ title }) => title.startsWith(RULES['arp-spoofing'].title));
    expect(spoofing).toMatchObject({
      entity: '10.0.0.1',
      key: `10.0.0.1 claimed by ${GATEWAY} and ${ATTACKER}`,
      techniques: ['T1557.002'],
    });
    expect(spoofing?.severity).toBeGreaterThanOrEqual(60);
  });

  it('answers nobody asked for, without end', async () => {
    const storm = many(60, (i) => says(i * SECOND, ATTACKER));
    const { found } = await watch(storm);
    expect(found.map(({ key, entity }) => [key, entity])).toEqual([[`10.0.0.1 by ${ATTACKER}`, '10.0.0.1']]);
  });

  it.each<[string, Frame[]]>([
    [
      'an address that moves to another host once',
      [...many(9, (i) => says(i * SECOND, GATEWAY)), ...many(9, (i) => says((10 + i) * SECOND, ATTACKER))],
    ],
    [
      'two routers that share a virtual card',
      Array.from({ length: 30 }, (_, i) => [says(i * 20 * SECOND, GATEWAY), says((i * 20 + 10) * SECOND, '00:00:5e:00:01:07')]).flat(),
    ],
    [
      'a lease that is given to another host after an hour',
      [says(0, GATEWAY), says(3600 * SECOND, ATTACKER), says(7200 * SECOND, GATEWAY), says(10_800 * SECOND, ATTACKER)],
    ],
    [
      'a router that is asked all the time',
      Array.from({ length: 100 }, (_, i) => [
        says(i * SECOND, `02:00:00:00:01:${(i % 90) + 10}`, 1, `10.0.0.${20 + (i % 90)}`, '10.0.0.1'),
        says(i * SECOND + 500, GATEWAY, 2, '10.0.0.1', `10.0.0.${20 + (i % 90)}`),
      ]).flat(),
    ],
  ])('%s is quiet', async (_, frames) => {
    expect((await watch(frames)).names).toEqual([]);
  });
});

describe('IPv6 neighbour discovery', () => {
  const ROUTER = 'fe80:0:0:0:0:0:0:1';
  const HOST = '2001:db8:0:0:0:0:0:20';
  const [ROUTER_CARD, ATTACKER] = ['02:00:00:00:00:01', '02:00:00:00:00:66'];
  const says = (
    time: number,
    hardware: string,
    options: { type?: number; override?: boolean; sender?: string; target?: string } = {},
  ): Frame => ({
    time: T0 + time,
    bytes: neighbour({ type: 136, sender: ROUTER, target: ROUTER, hardware, ...options }),
  });
  const byTurns = (of: (time: number, hardware: string) => Frame): Frame[] =>
    Array.from({ length: 20 }, (_, i) => [of(i * 2 * SECOND, ATTACKER), of(i * 2 * SECOND + 301_000, ROUTER_CARD)]).flat();

  it.each<[string, Frame[], string, string]>([
    ['advertised by two cards by turns', byTurns(says), 'fe80::1', ''],
    ['named as sender of questions', byTurns((time, card) => says(time, card, { type: 135, target: HOST })), 'fe80::1', ''],
    ['that is not the sender’s', byTurns((time, card) => says(time, card, { target: HOST })), 'fe80::1', '2001:db8::20 '],
  ])('an address %s', async (_, frames, entity, other) => {
    const { found } = await watch(frames);
    expect(found.map((one) => [one.entity, one.key, one.techniques])).toEqual([
      [entity, `${entity} ${other}claimed by ${ROUTER_CARD} and ${ATTACKER}`, ['T1557']],
    ]);
    expect(found[0]?.severity).toBeGreaterThanOrEqual(60);
  });

  it.each<[string, Frame[]]>([
    ['an address of several hosts, whose answers replace nothing', byTurns((time, card) => says(time, card, { override: false }))],
    ['hosts that ask whether an address is free', byTurns((time, card) => says(time, card, { type: 135, sender: '0:0:0:0:0:0:0:0' }))],
    [
      'an address that moves to another card once',
      [...many(9, (i) => says(i * SECOND, ROUTER_CARD)), ...many(9, (i) => says((10 + i) * SECOND, ATTACKER))],
    ],
    ['two routers that share a virtual card', byTurns((time, card) => says(time, card === ATTACKER ? '00:00:5e:00:02:07' : card))],
  ])('%s is quiet', async (_, frames) => {
    expect((await watch(frames)).names).toEqual([]);
  });

  it('takes messages that are cut short or whose options have no length', async () => {
    const cut = Array.from({ length: 90 }, (_, length) => ({ time: T0 + length, bytes: says(0, ATTACKER).bytes.slice(0, length) }));
    const endless = byTurns(says).map(({ time, bytes }) => {
      const copy = bytes.slice();
      copy.fill(0, copy.length - 8);
      return { time, bytes: copy };
    });
    expect((await watch([...cut, ...endless])).names).toEqual([]);
  });
});

describe('DHCP servers', () => {
  const offer = (i: number, server: string, router: string, nameServers: readonly string[] = [router]): Frame =>
    ip(
      i * SECOND,
      server,
      '255.255.255.255',
      17,
      udp(
        67,
        68,
        dhcp({ message: 2, transaction: 77 + Math.floor(i), client: '02:00:00:00:00:20', lease: '10.0.0.20', server, router, nameServers }),
      ),
    );

  it('that name other routers, or other name servers, contradict each other', async () => {
    const { found } = await watch([offer(0, '10.0.0.2', '10.0.0.1'), offer(0.01, '10.0.0.66', '10.0.0.66')]);
    expect(found.map(({ key, techniques }) => [key, techniques])).toEqual([['10.0.0.66 servers 10.0.0.2 and 10.0.0.66', ['T1557.003']]]);
    const names = [offer(0, '10.0.0.2', '10.0.0.1', ['10.0.0.3']), offer(9, '10.0.0.66', '10.0.0.1', ['203.0.113.9'])];
    expect((await watch(names)).names).toEqual(titles('rogue-dhcp'));
  });

  it('of which one takes over from the other agree', async () => {
    const pair = many(20, (i) => offer(i, `10.0.0.${2 + (i % 2)}`, '10.0.0.1', [`10.0.0.${2 + (i % 2)}`, `10.0.0.${3 - (i % 2)}`]));
    expect((await watch(pair)).names).toEqual([]);
  });
});

describe('pings', () => {
  const ping = (content: (i: number, random: Random) => Uint8Array): Frame[] => {
    const random = seededRandom(5);
    return Array.from({ length: 60 }, (_, i) => {
      const payload = content(i, random);
      return [
        ip(i * 500_000, '10.0.0.1', '203.0.113.9', 1, echo(8, i, payload)),
        ip(i * 500_000 + 9000, '203.0.113.9', '10.0.0.1', 1, echo(0, i, payload)),
      ];
    }).flat();
  };

  it('that carry ever other contents are a tunnel', async () => {
    const { found } = await watch(ping((_, random) => Uint8Array.from({ length: 200 }, () => Math.floor(random() * 256))));
    expect(found.map(({ key, techniques }) => [key, techniques])).toEqual([['10.0.0.1 -> 203.0.113.9', ['T1095', 'T1048.003']]]);
  });

  it('that repeat theirs are not, whatever stamp stands first and however long they are', async () => {
    const stamped = ping((i, random) =>
      Uint8Array.from({ length: i % 3 === 0 ? 1400 : 56 }, (_, k) => (k < 16 ? Math.floor(random() * 256) : k & 255)),
    );
    expect((await watch(stamped)).names).toEqual([]);
  });
});

describe('texts in DNS', () => {
  const ask = (i: number, name: string, type: number): Frame =>
    ip(i * 90 * SECOND, '10.0.0.1', '10.0.0.53', 17, udp(4000, 53, dnsQuery(name, type)));

  it.each([16, 10])('ever new names asked for type %i are a beacon, however slow', async (type) => {
    const { found } = await watch(many(30, (i) => ask(i, `c${(i * 7919) % 10_007}.x.example.com`, type)));
    expect(found.map(({ key }) => key)).toEqual(['10.0.0.1 -> 10.0.0.53 names below example.com']);
  });

  it('keys and policies of mail, and other types, are none', async () => {
    const mail = many(60, (i) => ask(i, i % 2 === 0 ? `s${i}._domainkey.example.com` : `_dmarc.h${i}.example.com`, 16));
    expect((await watch(mail)).names).toEqual([]);
    expect((await watch(many(30, (i) => ask(i, `c${i}.x.example.com`, 1)))).names).toEqual([]);
  });
});
