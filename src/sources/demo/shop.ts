import { MICROS_PER_SECOND, type Micros } from '../../core/index.ts';
import { type DemoClock, type DemoRecord, type Happenings, pick, syslogLine } from './scenario.ts';
import type { Attack } from './script.ts';

const HOSTS = ['web1', 'web2', 'web3'];
const USERS = ['alva', 'bo', 'cato', 'dana', 'elif', 'faro', 'gita', 'hugo', 'ines', 'juno'];
const MILLI = 1000;

/** Lines of one request: each step some milliseconds after the one before. */
function request(clock: Pick<DemoClock, 'random'>, begin: Micros, id: string, steps: readonly string[]): DemoRecord[] {
  const host = pick(clock.random, HOSTS);
  let time = begin;
  return steps.map((step) => {
    time += (2 + Math.floor(clock.random() * 60)) * MILLI;
    return syslogLine(time, host, 'shop', 800, `request ${id} ${step}`);
  });
}

function ordinary({ random }: DemoClock): string[] {
  const accepted = `accepted from 10.0.${Math.floor(random() * 4)}.${2 + Math.floor(random() * 60)} for user ${pick(random, USERS)}`;
  const loaded = `loaded basket of ${1 + Math.floor(random() * 9)} items in ${2 + Math.floor(random() * 30)} ms`;
  const answered = `answered with status 200 after ${20 + Math.floor(random() * 200)} ms`;
  const kind = random();
  if (kind < 0.7) return [accepted, 'checked session', loaded, answered];
  if (kind < 0.9)
    return [accepted, 'checked session', loaded, `charged card ending ${1000 + Math.floor(random() * 9000)}`, 'stored order', answered];
  if (kind < 0.97) return [accepted, 'checked session', loaded, 'cache miss, asking database', answered];
  return [accepted, 'session expired, sent to sign-in', answered];
}

/** What an intruder's requests leave behind; each kind differs from the ordinary in its own way. */
const INTRUSIONS: readonly ((random: () => number) => string[])[] = [
  (random) => [
    'accepted from 10.0.9.66 for user admin',
    'rejected: signature of session is wrong',
    `dumped ${4096 + Math.floor(random() * 4096)} rows of table customers`,
    'answered with status 200 after 3107 ms',
  ],
  () => [
    'accepted from 10.0.9.66 for user guest',
    'checked session',
    'template error near {{7*7}}: evaluated to 49',
    'spawned /bin/sh -c id',
  ],
  () => [
    'accepted from 10.0.9.66 for user ines',
    'stored order',
    'stored order',
    'stored order',
    'charged card ending 0000',
    'checked session',
  ],
  () => [
    'accepted from 10.0.9.66 for user hugo',
    'checked session',
    'configuration reloaded from /tmp/.x/shop.conf',
    'answered with status 500 after 12 ms',
  ],
];

/** A shop's application log: some thousand requests a day. */
export const shop: Happenings = function* (clock, from) {
  let time = from;
  for (let number = 100_000; ; number++) {
    time += ((0.5 + clock.random()) * 8 * MICROS_PER_SECOND) / (0.1 + clock.load(time));
    yield request(clock, time, `req-${number}`, ordinary(clock));
  }
};

/** A request of somebody who should not be there, told apart from the ordinary ones by what it does. */
export function shopBreakIn({ kind, begin, number, random }: Attack): readonly DemoRecord[] {
  if (kind !== 'break-in') return [];
  return request({ random }, begin, `req-${900_000 + Math.abs(number)}`, pick(random, INTRUSIONS)(random));
}
