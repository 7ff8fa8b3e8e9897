import { describe, expect, it } from 'vitest';
import { MICROS_PER_SECOND, type RecordBatch, type Source } from '../../core/index.ts';
import { testContext } from '../../testing/context.ts';
import { collect, committed, recordTexts } from '../../testing/source-contract.ts';
import demo from './index.ts';
import { Script } from './script.ts';

const START = Date.UTC(2026, 2, 2, 12) * 1000;

interface Reading {
  readonly entity: string;
  readonly series: string;
  readonly value: number;
}

function source(scenario: 'shop' | 'auth' | 'network' | 'devices', seed = 1, now: () => number = () => START, historyHours = 7): Source {
  return demo.create(demo.config.parse({ scenario, seed, historyHours }), { ...testContext('demo'), now });
}

/** The history: until the source would have to wait. */
async function history(from: Source): Promise<RecordBatch[]> {
  return collect(from, (batches) => recordTexts(batches.slice(-1)).length < 2000);
}

describe('the demo source', () => {
  it.each(['shop', 'auth', 'devices'] as const)(
    '%s: the same seed and start give the same bytes, another seed others',
    async (scenario) => {
      const one = recordTexts(await history(source(scenario)));
      expect(one.length).toBeGreaterThan(200);
      expect(recordTexts(await history(source(scenario)))).toEqual(one);
      expect(recordTexts(await history(source(scenario, 2)))).not.toEqual(one);
      const times = one.map((text) => text.slice(0, 24));
      expect(times).toEqual([...times].sort());
    },
  );

  it('goes on after a committed position, without a line lost or doubled', async () => {
    const all = await history(source('shop'));
    const first = await collect(source('shop'), (batches) => batches.length === 1);
    const later = () => START + 3600 * MICROS_PER_SECOND;
    const enough = recordTexts(all).length - recordTexts(first).length;
    const rest = await collect(source('shop', 1, later), (batches) => recordTexts(batches).length >= enough, committed(first));
    expect([...recordTexts(first), ...recordTexts(rest)].slice(0, recordTexts(all).length)).toEqual(recordTexts(all));
  });

  it('begins with an intrusion soon after its start, of which gate and capture tell alike, and has three attacks in its history', async () => {
    let now = START;
    const ticking = () => {
      now += MICROS_PER_SECOND / 5;
      return now;
    };
    const isGuess = (text: string) => text.includes('Failed password for invalid user');
    const batches = await collect(source('auth', 1, ticking), (soFar) => recordTexts(soFar.slice(-1)).some(isGuess));
    const guess = recordTexts(batches).find(isGuess) as string;
    expect(Date.parse(guess.slice(0, 24)) - START / 1000).toBeLessThan(60_000);
    const [, intruder] = / from ([\d.]+) port /.exec(guess) as unknown as [string, string];
    const script = new Script(1, START + 20 * MICROS_PER_SECOND, 21_600);
    expect(script.attack(0)).toMatchObject({ kind: 'intrusion', intruder });
    const attacks = script.attacks();
    const kinds = Array.from({ length: 5 }, () => attacks.next().value.kind);
    expect(kinds).toEqual(['stuck-sensor', 'flood', 'break-in', 'intrusion', 'stuck-sensor']);
    expect(script.latest(START - 24 * 3600 * MICROS_PER_SECOND)).toBeUndefined();
  });

  it('a sensor is stuck, and the shop asked for what it never is, only when the script says so', async () => {
    const readings = recordTexts(await history(source('devices', 1, undefined, 24))).map((text) => JSON.parse(text) as Reading);
    const runs = new Map<string, { value: number; length: number; longest: number }>();
    for (const { entity, series, value } of readings) {
      const before = runs.get(`${entity} ${series}`);
      const length = before?.value === value ? before.length + 1 : 1;
      runs.set(`${entity} ${series}`, { value, length, longest: Math.max(length, before?.longest ?? 0) });
    }
    const longest = [...runs.values()].map((run) => run.longest);
    expect(longest.filter((run) => run >= 90)).toHaveLength(1);
    expect(longest.filter((run) => run > 10)).toHaveLength(1);
    const shop = recordTexts(await history(source('shop')));
    expect(shop.filter((text) => text.includes('10.0.9.66'))).toHaveLength(1);
  });

  it('stops at once when told', async () => {
    const begin = performance.now();
    await collect(source('auth'), () => false, { positions: [] }, 500);
    expect(performance.now() - begin).toBeLessThan(5_000);
  });
});
