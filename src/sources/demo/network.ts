import { MICROS_PER_SECOND, type Micros } from '../../core/index.ts';
import { attempt, connection, exchange, lookup } from './conversations.ts';
import { type DemoClock, type DemoRecord, type Happenings, pick } from './scenario.ts';

const WORKSTATIONS = Array.from({ length: 12 }, (_, i) => `10.0.1.${11 + i}`);
const CAMERAS = ['10.0.3.21', '10.0.3.22'];
const RESOLVER = '10.0.0.53';
const GATE = '10.0.0.5';
const FILES = '10.0.0.45';
const SHOP = '10.0.0.80';
const RECORDER = '10.0.0.60';
const TIME_SERVER = '192.0.2.123';
/** Names of the outside with the address each resolves to, all in blocks kept for documentation. */
const SITES: readonly (readonly [string, string])[] = [
  ['mail.example.com', '198.51.100.10'],
  ['www.example.com', '198.51.100.11'],
  ['cdn.example.net', '198.51.100.20'],
  ['updates.example.org', '198.51.100.30'],
  ['video.example.net', '198.51.100.40'],
  ['wiki.example.org', '198.51.100.50'],
];

const port = (random: () => number): number => 32_768 + Math.floor(random() * 28_000);

/** Somebody at a workstation, or a device that does what it always does. */
function ordinary({ random }: DemoClock, time: Micros): DemoRecord[] {
  const client = pick(random, WORKSTATIONS);
  const [name, address] = pick(random, SITES);
  const kind = random();
  const web = { client, clientPort: port(random), server: address, port: 443 };
  if (kind < 0.5)
    return [
      ...lookup(random, time, client, RESOLVER, name, address),
      ...connection(random, time + 40_000, { ...web, turns: [517, 1800, 220, 400 + Math.floor(random() * 12_000)] }),
    ];
  const file = { client, clientPort: port(random), server: FILES, port: 445 };
  if (kind < 0.68) return connection(random, time, { ...file, turns: [180, 240, 300, 500 + Math.floor(random() * 9_000)] });
  if (kind < 0.8) return lookup(random, time, client, RESOLVER, name, address);
  if (kind < 0.88) return exchange(random, time, client, TIME_SERVER, 123, [48, 48]);
  const camera = { client: pick(random, CAMERAS), clientPort: port(random), server: RECORDER, port: 554 };
  if (kind < 0.97) return connection(random, time, { ...camera, turns: [160, 120, 4_000 + Math.floor(random() * 800), 60] });
  return connection(random, time, login(random, client));
}

const GREETING = 'SSH-2.0-OpenSSH_9.6\r\n';
const login = (random: () => number, client: string) => ({
  ...{ client, clientPort: port(random), server: GATE, port: 22 },
  turns: ['SSH-2.0-OpenSSH_9.7\r\n', GREETING, 1200, 1100, 360, 240],
});

type Attack = (clock: DemoClock, begin: Micros) => DemoRecord[];

/** A machine inside tries one port after the other. */
const scan: Attack = ({ random }, begin) => {
  const [intruder, victim] = [`10.0.9.${60 + Math.floor(random() * 20)}`, pick(random, [FILES, SHOP, GATE])];
  const ports = Array.from({ length: 60 }, (_, i) => 1 + ((i * 97 + Math.floor(random() * 40)) % 1024));
  return ports.flatMap((one, i) => attempt(random, begin + i * 350_000, intruder, victim, one, random() < 0.8));
};

/** Passwords guessed over the network. */
const guesses: Attack = ({ random }, begin) => {
  const intruder = `203.0.113.${2 + Math.floor(random() * 200)}`;
  return Array.from({ length: 26 }, (_, i) => i).flatMap((i) =>
    connection(random, begin + i * 1_800_000, { ...login(random, intruder), turns: ['SSH-2.0-Go\r\n', GREETING, 900, 1000, 120, 80] }),
  );
};

const HEX = '0123456789abcdef';

/** What a stolen file looks like in questions for names. */
const exfiltration: Attack = ({ random }, begin) => {
  const thief = pick(random, WORKSTATIONS);
  const label = () => Array.from({ length: 48 }, () => pick(random, [...HEX])).join('');
  return Array.from({ length: 70 }, (_, i) => i).flatMap((i) =>
    lookup(random, begin + i * 400_000, thief, RESOLVER, `${label()}.t.example.info`, '198.51.100.99'),
  );
};

/** Connection requests by the hundred that nobody means to finish. */
const flood: Attack = ({ random }, begin) =>
  Array.from({ length: 1800 }, (_, i) => i).flatMap((i) => {
    const source = `203.0.113.${1 + Math.floor(random() * 250)}`;
    return attempt(random, begin + i * 4_000, source, SHOP, 443, false);
  });

const ATTACKS: readonly Attack[] = [scan, exfiltration, guesses, flood];

/** Traffic of the office: browsing, files, names, time, cameras, a few logins; every few hours an attack. */
export const network: Happenings = function* (clock, from) {
  let time = from;
  let number = 0;
  for (;;) {
    time += Math.floor(((0.5 + clock.random()) * 9 * MICROS_PER_SECOND) / (0.1 + clock.load(time)));
    yield ordinary(clock, time);
    if (clock.random() < 0.0007) yield networkAttack(clock, time + 1, number++);
  }
};

export function networkAttack(clock: DemoClock, time: Micros, number: number): readonly DemoRecord[] {
  return (ATTACKS[number % ATTACKS.length] as Attack)(clock, time);
}
