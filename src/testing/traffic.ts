import { type Random, seededRandom } from '../core/index.ts';
import { dnsQuery, echo, ethernet, type Frame, ipv4, tcp, udp } from './packets.ts';

const T0 = 1_600_000_000_000_000;
const SECOND = 1_000_000;
const UDP = 17;
const FLAGS = { fin: 17, syn: 2, synAck: 18, ack: 16, data: 24 } as const;

/** One connection: who, to where, when (seconds from the start), how long, and what each side sends. */
interface Connection {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly sourcePort: number;
  readonly seconds?: number;
  /** Bytes of payload by turns: client, server, client, ... */
  readonly turns: readonly number[];
  /** What the server says first. */
  readonly greeting?: string;
}

const packet = (at: number, from: string, to: string, protocol: number, payload: Uint8Array, wire = payload.length): Frame => ({
  time: T0 + Math.round(at * SECOND),
  bytes: ethernet(0x0800, ipv4({ from, to, protocol, payload, totalLength: 20 + wire })),
  wire: 34 + wire,
});

/** A whole TCP connection; of long turns the packets are cut short, as captures with a snap length are. */
function connection({ at, from, to, port, sourcePort, seconds = 1, turns, greeting }: Connection): Frame[] {
  const frames: Frame[] = [];
  const send = (
    share: number,
    byClient: boolean,
    flags: number,
    payload: Uint8Array = new Uint8Array(0),
    length = payload.length,
  ): void => {
    const segment = tcp({ from: byClient ? sourcePort : port, to: byClient ? port : sourcePort, flags, payload });
    frames.push(packet(at + share * seconds, byClient ? from : to, byClient ? to : from, 6, segment, 20 + length));
  };
  send(0, true, FLAGS.syn);
  send(0.01, false, FLAGS.synAck);
  send(0.02, true, FLAGS.ack);
  if (greeting !== undefined) send(0.03, false, FLAGS.data, new TextEncoder().encode(greeting));
  for (const [i, length] of turns.entries()) {
    const share = 0.05 + (0.9 * i) / turns.length;
    for (let left = length, n = 0; left > 0; left -= 1400, n++) {
      send(share + n * 1e-5, i % 2 === 0, FLAGS.data, new Uint8Array(Math.min(32, left)), Math.min(1400, left));
      if (n % 8 === 7) send(share + n * 1e-5 + 5e-6, i % 2 !== 0, FLAGS.ack);
    }
  }
  send(0.98, true, FLAGS.fin);
  send(0.99, false, FLAGS.fin);
  return frames;
}

const between = (random: Random, least: number, most: number): number => least + Math.floor(random() * (most - least));
const inner = (i: number): string => `10.0.${1 + (i >> 8)}.${1 + (i & 127)}`;
const outer = (i: number): string => `203.0.${i >> 8}.${i & 255}`;

/** Ordinary traffic of several kinds, each the same for the same seed. None of it is an attack. */
export const ORDINARY: Readonly<Record<string, (seed: number) => readonly Frame[]>> = {
  'an office that browses': seeded((random) =>
    Array.from({ length: 400 }, (_, i) => {
      const [host, at] = [inner(between(random, 0, 60)), i * 0.7];
      const site = between(random, 0, 90);
      return [
        packet(at, host, '10.0.0.53', UDP, udp(between(random, 20_000, 60_000), 53, dnsQuery(`www${site}.site${site}.example`))),
        ...connection({
          ...{ at: at + 0.1, from: host, to: outer(site), port: 443, sourcePort: 20_000 + i, seconds: 2 + random() * 20 },
          turns: [517, between(random, 3000, 9000), between(random, 300, 2500), between(random, 1000, 90_000)],
        }),
      ];
    }).flat(),
  ),
  'backups of the night': seeded((random) =>
    Array.from({ length: 12 }, (_, i) =>
      connection({
        ...{ at: i * 30, from: inner(i), to: '10.0.0.9', port: 873, sourcePort: 30_000 + i, seconds: 25 },
        turns: [between(random, 1_000_000, 2_500_000), 4000],
      }),
    ).flat(),
  ),
  'updates of a hundred hosts at once': seeded((random) =>
    Array.from({ length: 100 }, (_, i) =>
      connection({
        ...{ at: random() * 20, from: inner(i), to: '10.0.0.8', port: 8530, sourcePort: 40_000 + i, seconds: 30 },
        turns: [400, between(random, 100_000, 160_000)],
      }),
    ).flat(),
  ),
  'monitoring of two hundred hosts each minute': seeded((random) =>
    Array.from({ length: 600 }, (_, i) => {
      const [to, at, down] = [inner(i % 200), i * 0.3, (i % 200) % 23 === 7];
      const answers = (frames: readonly Frame[]): readonly Frame[] => (down ? frames.slice(0, 1) : frames);
      const [source, payload] = [20_000 + i, new Uint8Array(48)];
      return [
        ...answers([packet(at, '10.0.0.5', to, 1, echo(8, i, payload)), packet(at + 0.002, to, '10.0.0.5', 1, echo(0, i, payload))]),
        ...answers([
          packet(at + 0.05, '10.0.0.5', to, UDP, udp(source, 161, new Uint8Array(43))),
          packet(at + 0.06, to, '10.0.0.5', UDP, udp(161, source, new Uint8Array(between(random, 60, 300)))),
        ]),
        ...answers(
          connection({
            at: at + 0.1,
            from: '10.0.0.5',
            to,
            port: 22,
            sourcePort: source,
            seconds: 0.2,
            turns: [22],
            greeting: 'SSH-2.0-x\r\n',
          }),
        ),
      ];
    }).flat(),
  ),
  'a proxy for many people': seeded((random) =>
    Array.from({ length: 800 }, (_, i) =>
      connection({
        ...{
          at: i * 0.1,
          from: '10.0.0.4',
          to: outer(between(random, 0, 300)),
          port: 443,
          sourcePort: 20_000 + i,
          seconds: 1 + random() * 40,
        },
        turns: [517, between(random, 2500, 6000), between(random, 100, 3000), between(random, 200, 20_000)],
      }),
    ).flat(),
  ),
  'a mail server': seeded((random) =>
    Array.from({ length: 240 }, (_, i) => {
      const [at, domain] = [i * 1.5, between(random, 0, 120)];
      const question = (name: string, type: number) => packet(at, '10.0.0.25', '10.0.0.53', UDP, udp(20_000 + i, 53, dnsQuery(name, type)));
      return [
        question(`s${between(random, 1, 30)}._domainkey.firm${domain}.example`, 16),
        question(`_dmarc.firm${domain}.example`, 16),
        question(`firm${domain}.example`, 15),
        ...(domain % 9 === 0
          ? [packet(at + 0.1, '10.0.0.25', outer(domain), 6, tcp({ from: 40_000 + i, to: 25, flags: FLAGS.syn }))]
          : connection({
              ...{ at: at + 0.1, from: '10.0.0.25', to: outer(domain), port: 25, sourcePort: 40_000 + i, seconds: 4 },
              ...{ greeting: '220 mx ESMTP smtp\r\n', turns: [between(random, 2000, 60_000), 300] },
            })),
      ];
    }).flat(),
  ),
  'video calls': seeded((random) =>
    Array.from({ length: 6 * 1500 }, (_, i) => {
      const [call, at] = [i % 6, Math.floor(i / 6) * 0.02];
      const size = between(random, 150, 1100);
      const [host, server] = [inner(call), outer(call)];
      return i % 2 === 0
        ? packet(at, host, server, UDP, udp(50_000 + call, 3480, new Uint8Array(20)), 8 + size)
        : packet(at + 0.01, server, host, UDP, udp(3480, 50_000 + call, new Uint8Array(20)), 8 + size);
    }),
  ),
  'git and builds over SSH': seeded((random) =>
    Array.from({ length: 300 }, (_, i) =>
      connection({
        ...{ at: i * 1.2, from: '10.0.0.7', to: '10.0.0.22', port: 22, sourcePort: 30_000 + i, seconds: 0.5 + random() * 3 },
        ...{
          greeting: 'SSH-2.0-git\r\n',
          turns: [between(random, 1500, 3000), between(random, 1500, 3000), between(random, 50, 9000), between(random, 300, 40_000)],
        },
      }),
    ).flat(),
  ),
};

/** Attacks on whole connections, which only their number, their length or what they carry gives away; each with the use case that names it. */
export const ON_CONNECTIONS: Readonly<Record<string, (seed: number) => readonly Frame[]>> = {
  'http-flood-source': seeded((random) => requests(random, () => '10.0.0.66')),
  'http-flood': seeded((random) => requests(random, (i) => outer(i % 50))),
  'connection-flood': seeded((random) =>
    Array.from({ length: 2000 }, (_, i) =>
      connection({
        ...{ at: i * 0.004, from: outer(i % 40), to: '10.0.0.2', port: 443, sourcePort: 20_000 + i, seconds: 0.2 },
        turns: [517 + between(random, 0, 4), 1400],
      }),
    ).flat(),
  ),
  'slow-attack': seeded((random) =>
    Array.from({ length: 60 }, (_, i) => {
      const [from, to, sourcePort] = ['10.0.0.66', '10.0.0.2', 30_000 + i];
      const part = (at: number, text: string) =>
        packet(at, from, to, 6, tcp({ from: sourcePort, to: 80, flags: FLAGS.data, payload: new TextEncoder().encode(text) }));
      const confirmed = (at: number, flags: number) => packet(at, to, from, 6, tcp({ from: 80, to: sourcePort, flags }));
      const start = i * 0.1;
      return [
        packet(start, from, to, 6, tcp({ from: sourcePort, to: 80, flags: FLAGS.syn })),
        confirmed(start + 0.01, FLAGS.synAck),
        packet(start + 0.02, from, to, 6, tcp({ from: sourcePort, to: 80, flags: FLAGS.ack })),
        part(start + 0.03, 'GET / HTTP/1.1\r\nHost: shop.example\r\n'),
        ...Array.from({ length: 12 }, (_unused, n) => {
          const at = start + 12 * (n + 1) + random();
          return [part(at, `X-a: ${between(random, 1, 5000)}\r\n`), confirmed(at + 0.01, FLAGS.ack)];
        }).flat(),
      ];
    }).flat(),
  ),
  'upload-to-new-destination': seeded(() =>
    connection({ at: 0, from: '10.0.0.6', to: '203.0.113.9', port: 443, sourcePort: 50_000, seconds: 600, turns: [110_000_000, 2000] }),
  ),
};

function requests(random: Random, source: (i: number) => string): Frame[] {
  return Array.from({ length: 3000 }, (_, i) => {
    const text = `GET /search?q=${between(random, 0, 1e9)} HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: x\r\n\r\n`;
    const payload = new TextEncoder().encode(text);
    return packet(i / 400, source(i), '10.0.0.2', 6, tcp({ from: 40_000 + (i % 50), to: 80, flags: FLAGS.data, payload }));
  });
}

function seeded(of: (random: Random) => readonly Frame[]): (seed: number) => readonly Frame[] {
  return (seed) => [...of(seededRandom(seed))].sort((a, b) => a.time - b.time);
}
