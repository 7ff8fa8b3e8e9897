import { MICROS_PER_SECOND, type Micros } from '../../core/index.ts';
import { attempt, connection, exchange, lookup } from './conversations.ts';
import { udpPacket } from './frames.ts';
import { CAMERAS, FILES, GATE, RECORDER, RESOLVER, SHOP, TIME_SERVER, WORKSTATIONS } from './office.ts';
import { type DemoClock, type DemoRecord, type Happenings, pick } from './scenario.ts';
import { type Attack, GUESSES, guessPort } from './script.ts';

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

/** A workstation tries one port of a server after the other. */
function scan({ begin, intruder, random }: Attack): DemoRecord[] {
  const ports = Array.from({ length: 60 }, (_, i) => 1 + ((i * 97 + Math.floor(random() * 40)) % 1024));
  return ports.flatMap((one, i) => attempt(random, begin + i * 350_000, intruder, FILES, one, random() < 0.8));
}

/** Passwords guessed over the network. */
function guesses({ begin, intruder, random }: Attack): DemoRecord[] {
  return GUESSES.flatMap((seconds, guess) =>
    connection(random, begin + seconds * MICROS_PER_SECOND, {
      ...{ client: intruder, clientPort: guessPort(guess), server: GATE, port: 22 },
      turns: ['SSH-2.0-Go\r\n', GREETING, 900, 1000, 120, 80],
    }),
  );
}

const HEX = '0123456789abcdef';

/** What a stolen file looks like in questions for names. */
function exfiltration({ begin, intruder, random }: Attack): DemoRecord[] {
  const label = () => Array.from({ length: 48 }, () => pick(random, [...HEX])).join('');
  return Array.from({ length: 70 }, (_, i) =>
    lookup(random, begin + (90 + i * 0.4) * MICROS_PER_SECOND, intruder, RESOLVER, `${label()}.t.example.info`, '198.51.100.99'),
  ).flat();
}

/** Long answers of time servers that the shop never asked: somebody else asked in its name. */
function flood({ begin, random }: Attack): DemoRecord[] {
  const answer = Uint8Array.from({ length: 440 }, () => Math.floor(random() * 256));
  return Array.from({ length: 900 }, (_, i) => {
    const server = `203.0.113.${20 + Math.floor(random() * 3)}`;
    return udpPacket(begin + i * 8_000, server, 123, SHOP, 40_123, answer);
  });
}

/** Traffic of the office: browsing, files, names, time, cameras, a few logins. */
export const network: Happenings = function* (clock, from) {
  let time = from;
  for (;;) {
    time += Math.floor(((0.5 + clock.random()) * 9 * MICROS_PER_SECOND) / (0.1 + clock.load(time)));
    yield ordinary(clock, time);
  }
};

/** A scan, guessed passwords and a file that leaves in questions for names, all by one workstation; or a flood. */
export function networkAttack(attack: Attack): readonly DemoRecord[] {
  if (attack.kind === 'intrusion') return [...scan(attack), ...guesses(attack), ...exfiltration(attack)];
  return attack.kind === 'flood' ? flood(attack) : [];
}
