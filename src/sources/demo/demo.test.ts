import { describe, expect, it } from 'vitest';
import { MICROS_PER_SECOND, type RecordBatch, type Source } from '../../core/index.ts';
import { testContext } from '../../testing/context.ts';
import { collect, committed, recordTexts } from '../../testing/source-contract.ts';
import demo from './index.ts';

const START = Date.UTC(2026, 2, 2, 12) * 1000;

function source(scenario: 'shop' | 'auth' | 'network' | 'devices', seed = 1, now: () => number = () => START): Source {
  return demo.create(demo.config.parse({ scenario, seed, historyHours: 6 }), { ...testContext('demo'), now });
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

  it('has an intrusion soon after the start of the running part', async () => {
    let now = START;
    const running = source('shop', 1, () => {
      now += MICROS_PER_SECOND / 10;
      return now;
    });
    const batches = await collect(running, (soFar) => recordTexts(soFar).some((text) => text.includes('req-90000')));
    const seen = recordTexts(batches).find((text) => text.includes('req-90000')) as string;
    expect(Date.parse(seen.slice(0, 24)) - START / 1000).toBeLessThan(15_000);
  });

  it('stops at once when told', async () => {
    const begin = performance.now();
    await collect(source('auth'), () => false, { positions: [] }, 500);
    expect(performance.now() - begin).toBeLessThan(5_000);
  });
});
