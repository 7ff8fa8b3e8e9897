import { MICROS_PER_SECOND, type Micros } from '../../core/index.ts';
import { GATE } from './office.ts';
import { type DemoClock, type DemoRecord, type Happenings, pick, syslogLine } from './scenario.ts';
import { type Attack, GUESSES, guessPort } from './script.ts';

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
    say(begin, `Connection from ${address} port ${port} on ${GATE} port 22`),
    ...(failed ? [say(begin + MICROS_PER_SECOND, `Failed password for ${user} from ${address} port ${port} ssh2`)] : []),
    say(begin + 2 * MICROS_PER_SECOND, `Accepted publickey for ${user} from ${address} port ${port} ssh2`),
    say(begin + 2 * MICROS_PER_SECOND, `pam_unix(sshd:session): session opened for user ${user} by (uid=0)`),
    say(end, `Received disconnect from ${address} port ${port}: disconnected by user`),
    say(end, `pam_unix(sshd:session): session closed for user ${user}`),
  ];
}

/** Passwords guessed by the dozen, the last of which is right: what the gate says of the guesses that the capture shows. */
export function guessedPasswords({ kind, begin, number, intruder, random }: Attack): readonly DemoRecord[] {
  if (kind !== 'intrusion') return [];
  return GUESSES.flatMap((seconds, guess) => {
    const time = begin + seconds * MICROS_PER_SECOND;
    const [port, last] = [guessPort(guess), guess === GUESSES.length - 1];
    const say = (later: Micros, message: string): DemoRecord =>
      syslogLine(time + later, 'gate', 'sshd', 60_000 + 100 * Math.abs(number) + guess, message);
    const opened = say(0, `Connection from ${intruder} port ${port} on ${GATE} port 22`);
    if (last) return [opened, say(400_000, `Accepted password for backup from ${intruder} port ${port} ssh2`)];
    const user = pick(random, ['admin', 'root', 'test', 'oracle']);
    return [
      opened,
      say(300_000, `Failed password for invalid user ${user} from ${intruder} port ${port} ssh2`),
      say(350_000, `Connection closed by invalid user ${user} ${intruder} port ${port} [preauth]`),
    ];
  });
}

/** The log of an SSH gate: administrators by day, a backup at night. */
export const auth: Happenings = function* (clock, from) {
  let time = from;
  for (let pid = 2000; ; pid++) {
    time += ((0.5 + clock.random()) * 60 * MICROS_PER_SECOND) / (0.1 + clock.load(time));
    yield login(clock, time, pid);
  }
};
