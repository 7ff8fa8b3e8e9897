import { MICROS_PER_SECOND, type Micros } from '../../core/index.ts';
import { type DemoClock, type DemoRecord, type Happenings, pick, syslogLine } from './scenario.ts';

const ADMINS: readonly (readonly [string, string])[] = [
  ['alva', '10.0.1.14'],
  ['bo', '10.0.1.23'],
  ['deploy', '10.0.2.8'],
  ['backup', '10.0.2.9'],
];

function login(clock: DemoClock, begin: Micros, pid: number): DemoRecord[] {
  const [user, address] = pick(clock.random, ADMINS);
  const port = 30_000 + Math.floor(clock.random() * 30_000);
  const failed = clock.random() < 0.05;
  const end = begin + (5 + clock.random() * 300) * MICROS_PER_SECOND;
  const say = (time: Micros, message: string): DemoRecord => syslogLine(time, 'gate', 'sshd', pid, message);
  return [
    say(begin, `Connection from ${address} port ${port} on 10.0.0.5 port 22`),
    ...(failed ? [say(begin + MICROS_PER_SECOND, `Failed password for ${user} from ${address} port ${port} ssh2`)] : []),
    say(begin + 2 * MICROS_PER_SECOND, `Accepted publickey for ${user} from ${address} port ${port} ssh2`),
    say(begin + 2 * MICROS_PER_SECOND, `pam_unix(sshd:session): session opened for user ${user} by (uid=0)`),
    say(end, `Received disconnect from ${address} port ${port}: disconnected by user`),
    say(end, `pam_unix(sshd:session): session closed for user ${user}`),
  ];
}

/** Many guesses within two minutes, the last of which is right. */
export function bruteForce(clock: DemoClock, begin: Micros, pid: number): readonly DemoRecord[] {
  const lines: DemoRecord[] = [];
  for (let guess = 0; guess < 60; guess++) {
    const time = begin + guess * 2 * MICROS_PER_SECOND;
    const port = 40_000 + guess;
    lines.push(
      syslogLine(
        time,
        'gate',
        'sshd',
        pid,
        `Failed password for invalid user ${pick(clock.random, ['admin', 'root', 'test', 'oracle'])} from 203.0.113.77 port ${port} ssh2`,
      ),
    );
  }
  lines.push(
    syslogLine(begin + 122 * MICROS_PER_SECOND, 'gate', 'sshd', pid, 'Accepted password for root from 203.0.113.77 port 40999 ssh2'),
  );
  return lines;
}

/** The log of an SSH gate: administrators by day, a backup at night, twice a week someone who guesses passwords. */
export const auth: Happenings = function* (clock, from) {
  let time = from;
  for (let pid = 2000; ; pid++) {
    time += ((0.5 + clock.random()) * 60 * MICROS_PER_SECOND) / (0.1 + clock.load(time));
    yield clock.random() < 0.0008 ? bruteForce(clock, time, pid) : login(clock, time, pid);
  }
};
