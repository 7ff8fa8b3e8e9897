import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { host, ip, many, SECOND, syn, synAck, T0, watch } from '../../../test/packets/watch.ts';
import type { RuleFinding } from '../../core/index.ts';
import { SeenSet } from '../../ml/sketches/seen-set.ts';
import { CaptureReader } from '../../parsers/packets/index.ts';
import { dnsQuery, type Frame, pcap, tcp, udp } from '../../testing/packets.ts';
import { config } from './config.ts';
import { PacketWindows } from './detector.ts';
import { splitName } from './names.ts';
import { RULES } from './rules.ts';
import { shapeOf } from './uploads.ts';

describe('rules fire at their threshold, in the open window', () => {
  it('port scan: the twentieth port, not the nineteenth', async () => {
    const scan = (ports: number): Frame[] => many(ports, (i) => syn(i * 1000, '10.0.0.1', '10.0.0.2', 1 + i));
    expect((await watch(scan(19))).names).toEqual([]);
    const { found, fired, names } = await watch(scan(30));
    expect(names).toEqual([RULES['port-scan'].title]);
    expect(fired.map(({ firedAt }) => firedAt)).toEqual([T0 + 19_000]);
    const [detection] = found;
    expect(detection).toMatchObject({
      entity: '10.0.0.1',
      key: '10.0.0.1 -> 10.0.0.2',
      start: T0,
      end: T0 + 29_000,
      techniques: ['T1046'],
    });
    expect(detection?.explanation.what).toContain('30 different ports tried');
    expect(detection?.explanation.what).toContain('(packets 1 to 30)');
    expect(detection?.explanation.contributions[0]).toMatchObject({
      observed: '30 different ports tried in 60 s',
      expected: 'fewer than 20 in 60 s',
    });
    expect(detection?.evidence[0]).toMatchObject({ input: 'test', line: 1, offset: 24, time: T0 });
  });

  it('the same ports again are no scan; spread over hours they are a slow one', async () => {
    const again = many(300, (i) => syn(i * 1000, '10.0.0.1', '10.0.0.2', 80 + (i % 5), 30_000 + i));
    const slow = many(40, (i) => syn(i * 30 * SECOND, '10.0.0.3', '10.0.0.2', 1 + i));
    expect((await watch(again)).names).toEqual([]);
    expect((await watch(slow)).names).toEqual([RULES['slow-port-scan'].title]);
  });

  it('scans of allowed scanners are counted, not told; those of others, and their floods, are told', async () => {
    const scan = (from: string): Frame[] => many(30, (i) => syn(i * 1000, from, '10.0.0.2', 1 + i));
    const hosts = many(30, (i) => syn(SECOND + i * 1000, '10.0.9.7', `10.2.0.${1 + i}`, 443));
    const flood = many(1500, (i) => syn(20 * SECOND + i * 1000, '10.0.9.7', '10.0.0.2', 80, 2000 + i));
    const { found, counters } = await watch([...scan('10.0.9.7'), ...hosts, ...scan('10.0.0.1'), ...flood], {
      allowedScanners: ['10.0.9.0/24', '2001:db8::7'],
    });
    expect(found.map(({ entity, techniques }) => [entity, techniques[0]])).toEqual([
      ['10.0.0.1', 'T1046'],
      ['10.0.0.2', 'T1498.001'],
    ]);
    expect(counters.scans_allowed).toBeGreaterThanOrEqual(2);
    expect(() => config.parse({ allowedScanners: ['scanner.example'] })).toThrow('must be a network');
  });

  it('SYN flood: unanswered requests from many sources; answered ones are a busy server', async () => {
    const flood = many(600, (i) => syn(i * 1000, host(i), '10.0.0.2', 80));
    const { found, names } = await watch(flood);
    expect(names).toEqual([RULES['syn-flood'].title]);
    expect(found[0]?.severity).toBeGreaterThanOrEqual(50);
    const busy = many(1200, (i) => (i % 2 === 0 ? syn(i * 1000, host(i), '10.0.0.2', 80) : synAck(i * 1000, '10.0.0.2', host(i - 1), 80)));
    expect((await watch(busy, { firstContactsPerSecond: 1e6 })).names).toEqual([]);
  });

  it('SYN flood of one source: connections to one port that are asked for, answered or not, and never completed', async () => {
    const ack = (time: number, source: number): Frame => ip(time, '10.0.0.1', '10.0.0.2', 6, tcp({ from: source, to: 80, flags: 16 }));
    const asked = (count: number): Frame[] => many(count, (i) => syn(i * 5000, '10.0.0.1', '10.0.0.2', 80, 2000 + i));
    expect((await watch(asked(999))).names).toEqual([]);
    const { found, fired } = await watch(asked(1500));
    expect(found.map(({ title }) => title)).toEqual([
      'SYN flood, 10.0.0.1 -> 10.0.0.2 port 80: 1,500 connections asked for and not completed, 1 source',
    ]);
    expect(found[0]).toMatchObject({ entity: '10.0.0.2', techniques: ['T1498.001', 'T1499.001'] });
    expect(fired[0]?.firedAt).toBe(T0 + 999 * 5000);
    const answered = asked(1500).flatMap((frame, i) => [frame, synAck(i * 5000 + 100, '10.0.0.2', '10.0.0.1', 80, 2000 + i)]);
    expect((await watch(answered)).names).toEqual([RULES['syn-flood'].title]);
    const completed = answered.flatMap((frame, i) => (i % 2 === 0 ? [frame] : [frame, ack((i >> 1) * 5000 + 200, 2000 + (i >> 1))]));
    expect((await watch(completed)).names).toEqual([]);
    const again = many(3000, (i) => syn(i * 3000, '10.0.0.1', '10.0.0.2', 80, 2000 + (i % 300)));
    expect((await watch(again)).names).toEqual([]);
  });

  it('SYN flood: that of many sources is not told a second time for its port', async () => {
    const mixed = [
      ...many(1500, (i) => syn(i * 1000, '10.0.0.1', '10.0.0.2', 80, 2000 + i)),
      ...many(1500, (i) => syn(1_500_000 + i * 1000, host(i), '10.0.0.2', 80)),
    ];
    const { found } = await watch(mixed, { firstContactsPerSecond: 1e6 });
    expect(found.map(({ key }) => key)).toEqual(['10.0.0.2']);
  });

  describe('packets that nothing answers', () => {
    const datagrams = (to: string, port: (i: number) => number, size = 100): Frame[] =>
      many(12_000, (i) => ip(i * 700, '10.0.0.8', to, 17, udp(40_000, port(i), new Uint8Array(size))));

    it('a flood of datagrams to any port is no port scan, and the figure says that nothing came back', async () => {
      const { found } = await watch(datagrams('10.0.0.2', (i) => 1 + ((i * 7919) % 65_000), 400));
      expect(found.map(({ title }) => title)).toEqual([
        'One-way flood, 10.0.0.2 by UDP: 12,000 packets, 5,304,000 bytes received, nothing sent back',
      ]);
      expect(found[0]?.severity).toBeGreaterThanOrEqual(50);
      expect(found[0]?.explanation.contributions[1]).toMatchObject({ expected: 'answers' });
    });

    it('multicast and broadcast cannot be answered', async () => {
      for (const to of ['239.1.1.1', '255.255.255.255'])
        expect((await watch(datagrams(to, (i) => 1 + i))).names).not.toContain(RULES['one-way-flood'].title);
    });

    it('datagrams between the same ports may be a service that never answers: low', async () => {
      const { found } = await watch(datagrams('10.0.0.2', () => 514));
      expect(found.map(({ severity, explanation }) => [explanation.contributions[0]?.subject, severity])).toEqual([
        [RULES['one-way-stream'].title, 20],
      ]);
    });

    it('a flood is found beside such a service', async () => {
      const flood = many(12_000, (i) => ip(i * 700 + 1, '10.0.0.9', '10.0.0.2', 1, Uint8Array.from([8, 0, 0, 0, 0, 1, i >>> 8, i & 255])));
      const both = datagrams('10.0.0.2', () => 514).flatMap((frame, i) => [frame, flood[i] as Frame]);
      expect(new Set((await watch(both)).names)).toEqual(new Set([RULES['one-way-flood'].title, RULES['one-way-stream'].title]));
    });

    const segments = (next: (i: number) => { sequence: number; confirmed: number }, size: number): Frame[] =>
      many(12_000, (i) => {
        const payload = tcp({ from: 443, to: 40_000, flags: 16, payload: new Uint8Array(size) });
        const { sequence, confirmed } = next(i);
        new DataView(payload.buffer).setUint32(4, sequence);
        new DataView(payload.buffer).setUint32(8, confirmed);
        return ip(i * 700, '9.9.9.9', '10.0.0.2', 6, payload);
      });

    it('a transfer of which the capture holds one direction is none; segments that continue nothing are', async () => {
      expect((await watch(segments((i) => ({ sequence: i * 500, confirmed: 1 }), 500))).names).toEqual([]);
      expect((await watch(segments((i) => ({ sequence: 7, confirmed: i * 500 }), 0))).names).toEqual([]);
      const random = segments((i) => ({ sequence: Math.imul(i, 0x9e3779b1) >>> 0, confirmed: 1 }), 500);
      expect((await watch(random)).names).toEqual([RULES['one-way-flood'].title]);
      expect((await watch(segments(() => ({ sequence: 7, confirmed: 7 }), 0))).names).toEqual([RULES['one-way-flood'].title]);
    });
  });

  it('reflection: SYN-ACKs nobody asked for', async () => {
    expect((await watch(many(150, (i) => synAck(i * 1000, host(i), '10.0.0.2', 443)))).names).toEqual([RULES['syn-ack-reflection'].title]);
    const asked = many(300, (i) =>
      i % 2 === 0 ? syn(i * 9000, '10.0.0.2', host(i), 443) : synAck(i * 9000, host(i - 1), '10.0.0.2', 443),
    );
    expect((await watch(asked)).names).toEqual([]);
  });

  it('amplification: answers without a question; with one they are a large zone', async () => {
    const answers = many(100, (i) => ip(i * 1000, '9.9.9.9', '10.0.0.2', 17, udp(123, 5000, new Uint8Array(1100))));
    expect((await watch(answers)).names).toEqual([RULES.amplification.title]);
    const question = ip(0, '10.0.0.2', '9.9.9.9', 17, udp(5000, 123, new Uint8Array(48)));
    expect((await watch([question, ...answers])).names).toEqual([]);
  });

  it('hosts that do not answer, after they had the time to', async () => {
    const tries = many(20, (i) => syn(i * 300_000, '10.0.0.1', host(i), 445));
    const { names, fired } = await watch(tries);
    expect(names).toEqual([RULES['silent-host-scan'].title]);
    // The tenth try at 2.7 s, then two seconds for the answers.
    expect(fired[0]?.firedAt).toBe(T0 + 4_700_000);
    const answered = tries.flatMap((frame, i) => [frame, synAck(i * 300_000 + 1000, host(i), '10.0.0.1', 445)]);
    expect((await watch(answered)).names).toEqual([]);
    expect((await watch(many(20, (i) => syn(i * 1000, '10.0.0.1', host(i), 445)))).names).toEqual([]);
  });

  /** A connection that is greeted, sends and gets so many bytes, and ends after a second. */
  const login = (i: number, greeting: string, out: number, back: number, seconds = 1): Frame[] => {
    const at = i * SECOND;
    const from = { from: 2222, to: 30_000 + i };
    const to = { from: 30_000 + i, to: 2222 };
    const server = (time: number, flags: number, payload: Uint8Array): Frame =>
      ip(time, '10.0.0.2', '10.0.0.1', 6, tcp({ ...from, flags, payload }));
    const client = (time: number, flags: number, payload: Uint8Array): Frame =>
      ip(time, '10.0.0.1', '10.0.0.2', 6, tcp({ ...to, flags, payload }));
    return [
      syn(at, '10.0.0.1', '10.0.0.2', 2222, 30_000 + i),
      server(at + 10, 24, new TextEncoder().encode(greeting)),
      client(at + 20, 24, new Uint8Array(out)),
      server(at + 30, 24, new Uint8Array(back)),
      server(at + seconds * SECOND, 17, new Uint8Array(0)),
    ];
  };
  const logins = (sizes: (i: number) => readonly [number, number], greeting = 'SSH-2.0-x\r\n', seconds = 1): Frame[] =>
    Array.from({ length: 30 }, (_, i) => login(i, greeting, ...sizes(i), seconds))
      .flat()
      .sort((a, b) => a.time - b.time);

  it('brute force on any port, by the greeting: short connections that are alike', async () => {
    const { found, fired } = await watch(logins((i) => [1200 + (i % 7) * 16, 1400]));
    expect(found.map(({ key }) => key)).toEqual(['10.0.0.1 -> 10.0.0.2 port 2222 (ssh)']);
    expect(fired[0]?.firedAt).toBe(T0 + 10 * SECOND);
    expect(found[0]?.severity).toBeGreaterThanOrEqual(55);
    expect((await watch(logins(() => [1200, 1400], 'hello there\r\n'))).names).toEqual([]);
  });

  it.each<[string, Frame[]]>([
    ['fetches of git, of which each is as long as what it fetches', logins((i) => [900 + ((i * 7919) % 5000), (i * 104_729) % 7000])],
    ['builds that copy their results', logins((i) => [20_000 + i, 1400])],
    ['commands of automation, beside files that it copies', logins((i) => (i < 4 ? [20_000, 1400] : [1200, 1400]))],
  ])('%s: many logins, told at low severity', async (_, frames) => {
    expect((await watch(frames)).found.map(({ title, severity }) => [title.split(',')[0], severity])).toEqual([
      [RULES['many-logins'].title, 20],
    ]);
  });

  it('DNS tunnel: bytes of new names below one domain, not many questions for the same', async () => {
    const query = (i: number, name: string): Frame => ip(i * 100_000, '10.0.0.1', '10.0.0.53', 17, udp(4000, 53, dnsQuery(name)));
    const tunnel = many(60, (i) => query(i, `${'x'.repeat(30)}${i}.t.example.com`));
    const { found } = await watch(tunnel);
    expect(found.map(({ key }) => key)).toEqual(['10.0.0.1 -> 10.0.0.53 names below example.com']);
    expect((await watch(many(60, (i) => query(i, `${'x'.repeat(30)}.t.example.com`)))).names).toEqual([]);
    expect((await watch(many(200, (i) => query(i, `${i}.${i}.3.4.zen.spamhaus.org`)))).names).toEqual([]);
    expect((await watch(many(200, (i) => query(i, `${i % 256}.2.3.4.in-addr.arpa`)))).names).toEqual([]);
  });

  it('a condition that goes on over windows is one finding', async () => {
    const long = many(3000, (i) => syn(i * 20_000, host(i), '10.0.0.2', 80));
    const { found, fired } = await watch(long, { unansweredSyns: 100 });
    expect(fired.filter(({ rule }) => rule === 'syn-flood')).toHaveLength(1);
    expect(found[0]?.explanation.what).toContain('in 6 windows that follow one another');
  });
});

describe('reports of a condition', () => {
  const summary = (reports: readonly RuleFinding[]) =>
    reports.map(({ rule, start, end }) => [rule, (start - T0) / SECOND, (end - T0) / SECOND]);

  it('one when it fires, further ones while its figures change, one at its end', async () => {
    const scan = many(200, (i) => syn(i * 100_000, '10.0.0.1', '10.0.0.2', 1 + i));
    const later = syn(400 * SECOND, '10.0.0.7', '10.0.0.8', 80);
    const { reports } = await watch([...scan, later]);
    expect(summary(reports)).toEqual([
      ['port-scan', 0, 1.9],
      ['port-scan', 0, 9.9],
      ['port-scan', 0, 19.9],
    ]);
    expect(reports[0]?.explanation.contributions[0]?.observed).toBe('20 different ports tried in 60 s');
    expect(reports.at(-1)?.explanation.contributions[0]?.observed).toBe('200 different ports tried in 60 s');
  });

  it('a general rule waits a second for one that says the same more exactly', async () => {
    const flood = many(3000, (i) => syn(i * 1000, host(i), '10.0.0.2', 80));
    expect(new Set((await watch(flood)).reports.map(({ rule }) => rule))).toEqual(new Set(['syn-flood']));
    const datagrams = many(3000, (i) => ip(i * 1000, host(i), '10.0.0.2', 17, udp(4000, 9999, new Uint8Array(8))));
    const { reports } = await watch(datagrams);
    expect(reports[0]).toMatchObject({ rule: 'first-contact-flood', start: T0 });
  });

  it('go on after a snapshot as if there had been none', async () => {
    const frames = [
      ...many(900, (i) => syn(i * 10_000, host(i), '10.0.0.2', 80)),
      ...many(60, (i) => syn(9 * SECOND + i * 300_000, '10.0.0.9', '10.0.0.2', 1 + i)),
      ...many(90, (i) =>
        ip(30 * SECOND + i * 10_000, '10.0.0.1', '10.0.0.53', 17, udp(4000, 53, dnsQuery(`${'x'.repeat(30)}${i}.t.example.com`))),
      ),
      syn(500 * SECOND, '10.0.0.7', '10.0.0.8', 80),
    ];
    const whole = await watch(frames);
    const reports: RuleFinding[] = [];
    let detector = new PacketWindows(config.parse({ memory: 16_384, maxKeys: 1024 }));
    const bytes = pcap(frames);
    const reader = new CaptureReader({ input: 'test' });
    for (let at = 0; at < bytes.length; at += 5000) {
      for (const batch of reader.push(bytes.slice(at, at + 5000))) reports.push(...detector.take(batch));
      const snapshot = detector.snapshot();
      detector = new PacketWindows(config.parse({ memory: 16_384, maxKeys: 1024 }));
      detector.restore(snapshot);
    }
    reports.push(...detector.advance(Number.POSITIVE_INFINITY));
    expect(new Set(reports.map(({ rule }) => rule))).toEqual(new Set(['syn-flood', 'port-scan', 'dns-tunnel']));
    expect(reports).toEqual(whole.reports);
  });

  it('hosts of different sensors are different hosts', async () => {
    const detector = new PacketWindows(config.parse({ memory: 16_384, maxKeys: 1024 }));
    const take = (sensor: number, frames: readonly Frame[]) =>
      [...new CaptureReader({ input: `sensor ${sensor}`, sensor, inputCode: sensor }).push(pcap(frames))].flatMap((batch) =>
        detector.take(batch),
      );
    const half = (from: number) => many(15, (i) => syn(i * 1000, '10.0.0.1', '10.0.0.2', from + i));
    expect([...take(1, half(1)), ...take(2, half(20))]).toEqual([]);
    expect(take(1, half(40)).map(({ evidence }) => evidence[0]?.input)).toEqual(['sensor 1']);
  });
});

describe('bounds and repeatability', () => {
  it('memory stays what it was configured to be under a flood of everything; findings are counted beyond the most', async () => {
    const chaos = many(6000, (i) => syn(i * 10, host(i % 40), `10.1.${(i >>> 8) & 255}.${i & 255}`, i & 0xffff, 1000 + i));
    const scans = many(6000, (i) => syn(i * 10, host(i % 100), '10.0.0.2', i & 0xffff, 1000 + (i % 50_000)));
    const { counters } = await watch([...chaos, ...scans.map((one) => ({ ...one, time: one.time + SECOND }))], {
      memory: 1024,
      maxKeys: 256,
      maxEpisodes: 5,
    });
    expect(counters.findings).toBe(5);
    expect(counters.findings_not_kept).toBeGreaterThan(0);
  });

  it('gives the same whatever the pieces of the capture', async () => {
    const frames = [
      ...many(600, (i) => syn(i * 1000, host(i), '10.0.0.2', 80)),
      ...many(30, (i) => syn(SECOND + i, '10.0.0.9', '10.0.0.2', 1 + i)),
    ];
    const whole = await watch(frames);
    for (const cut of [97, 4096]) {
      const cutUp = await watch(frames, {}, cut);
      expect(JSON.stringify(cutUp.found)).toBe(JSON.stringify(whole.found));
      expect(cutUp.reports).toEqual(whole.reports);
    }
  });

  it('the set of what was seen never forgets the latest and never invents', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 500 }), (values) => {
        const seen = new SeenSet(64);
        const truth: number[] = [];
        for (const value of values) {
          const known = seen.has(value);
          if (known) expect(truth).toContain(value);
          if (truth.slice(-60).includes(value)) expect(known).toBe(true);
          expect(seen.add(value)).toBe(!known);
          truth.push(value);
        }
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

describe('names and sizes', () => {
  it.each([
    ['a.b.example.com', { domain: 'example.com', subdomain: 'a.b' }],
    ['www.example.co.uk', { domain: 'example.co.uk', subdomain: 'www' }],
    ['example.com', undefined],
    ['1.2.3.example.com', undefined],
    ['dnscat.00ff.19e4d0', { domain: '', subdomain: 'dnscat.00ff.19e4d0' }],
    ['4.3.2.1.in-addr.arpa', undefined],
    ['', undefined],
  ])('%s', (name, expected) => {
    expect(splitName(name)).toEqual(expected);
  });

  it('entropy and mode of sizes', () => {
    expect(
      shapeOf(
        new Map([
          [10, 2],
          [20, 1],
          [30, 1],
        ]),
        4,
      ),
    ).toEqual({ entropy: 1.5, mode: 0.5 });
  });
});
