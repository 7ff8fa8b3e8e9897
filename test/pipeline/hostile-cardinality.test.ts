import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { hostilePass } from '../../src/testing/hostile-pass.ts';

const BATCH = 1000;
const MIB = 2 ** 20;

it('holds no more after thirty thousand lines without a name in common than after ten thousand', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const pass = await hostilePass(11, {
    drain: { maxTemplates: 1000 },
    volume: { bin: '1s', lateness: '0s', maxSeries: 500 },
    sessions: { maxOpen: 1000 },
    novelty: { maxPairs: 2000, maxKnown: 2000 },
    rate: { maxSeries: 500 },
  });
  const held = async (from: number, to: number): Promise<number> => {
    for (let line = from; line < to; line += BATCH) await pass.lines(line, BATCH);
    collect();
    return process.memoryUsage().heapUsed / MIB;
  };
  const early = await held(0, 10_000);
  const late = await held(10_000, 30_000);
  expect(pass.sessions.open).toBe(1000);
  expect(late - early).toBeLessThan(4);
});
