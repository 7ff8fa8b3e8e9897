import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, logBatch } from '../../store/testing/fixtures.ts';
import { MergeQueue } from './merge-queue.ts';
import { SeenEntities } from './seen-entities.ts';

const SECOND = 1_000_000;

/** Two lanes whose watermarks follow what they gave. */
function twoLanes() {
  const reached: Record<string, number> = { a: Number.NEGATIVE_INFINITY, b: Number.NEGATIVE_INFINITY };
  const lanes = ['a', 'b'].map((name) => ({ name, frontier: () => reached[name] as number }));
  return { reached, queue: new MergeQueue<string>(lanes) };
}

describe('alerts of several lanes', () => {
  const times = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 30 });

  it('come in one order, whichever lane was read first and wherever a snapshot falls', () => {
    fc.assert(
      fc.property(times, times, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), fc.nat(60), (a, b, order, cut) => {
        const pick = { a: [...a].sort((x, y) => x - y), b: [...b].sort((x, y) => x - y) };
        const whole = [
          ...pick.a.map((time, i) => ({ time, lane: 'a', name: `a${i}` })),
          ...pick.b.map((time, i) => ({ time, lane: 'b', name: `b${i}` })),
        ].sort((x, y) => x.time - y.time || (x.lane < y.lane ? -1 : x.lane > y.lane ? 1 : 0));
        let { reached, queue } = twoLanes();
        const released: string[] = [];
        const next = { a: 0, b: 0 };
        reached.a = 0;
        reached.b = 0;
        for (let step = 0; next.a < pick.a.length || next.b < pick.b.length; step++) {
          const lane = next.a >= pick.a.length ? 'b' : next.b >= pick.b.length ? 'a' : order[step] === true ? 'a' : 'b';
          const time = pick[lane][next[lane]] as number;
          queue.push(lane, time, 0, `${lane}${next[lane]++}`);
          reached[lane] = next[lane] < pick[lane].length ? time : Number.POSITIVE_INFINITY;
          released.push(...queue.release(0));
          if (step !== cut) continue;
          const again = twoLanes();
          again.queue.restore(queue.snapshot());
          Object.assign(again.reached, reached);
          ({ reached, queue } = again);
        }
        reached.a = Number.POSITIVE_INFINITY;
        reached.b = Number.POSITIVE_INFINITY;
        released.push(...queue.release(0));
        expect(released).toEqual(whole.map(({ name }) => name));
      }),
    );
  });

  it('wait for a lane that is behind for ten seconds at most, and never for one that has read nothing', () => {
    const { reached, queue } = twoLanes();
    reached.a = 100;
    queue.push('a', 100, 0, 'first');
    expect(queue.release(0)).toEqual(['first']);
    reached.b = 50;
    queue.push('a', 200, 0, 'second');
    expect(queue.release(9 * SECOND)).toEqual([]);
    expect(queue.frontier()).toBe(50);
    expect(queue.release(10 * SECOND)).toEqual(['second']);
  });
});

describe('lanes that change', () => {
  it('leave what waits in its order: of one that is gone it stays, one that is new holds nobody up before its first event', () => {
    const { reached, queue } = twoLanes();
    Object.assign(reached, { a: 10, b: 0 });
    queue.push('a', 10, 0, 'of a');
    expect(queue.release(0)).toEqual([]);
    const lane = (name: string) => ({ name, frontier: () => reached[name] ?? Number.NEGATIVE_INFINITY });
    queue.use([lane('b'), lane('c')]);
    queue.push('b', 5, 0, 'of b');
    reached.b = 5;
    expect(queue.release(0)).toEqual(['of b']);
    reached.b = 20;
    expect(queue.release(0)).toEqual(['of a']);
    expect(queue.length).toBe(0);
  });
});

describe('entities seen', () => {
  it('are the hosts of lines, written again after five minutes', () => {
    const seen = new SeenEntities();
    const batch = (at: number) => logBatch([{ time: at, host: 'web', message: 'm', template: 0, parameters: [] }]);
    seen.take(batch(DAY));
    expect(seen.takePending()).toMatchObject([{ name: 'web', kind: 'host', first: DAY, last: DAY }]);
    seen.take(batch(DAY + 60 * SECOND));
    expect(seen.takePending()).toEqual([]);
    seen.take(batch(DAY + 300 * SECOND));
    expect(seen.takePending()).toHaveLength(1);
  });

  it('are the private addresses of traffic', () => {
    const addresses = Uint8Array.from([...mapped(10, 1, 2, 3), ...mapped(8, 8, 8, 8), ...mapped(10, 1, 2, 3), ...new Array(16).fill(1)]);
    const seen = new SeenEntities();
    seen.take({
      ...{ kind: 'flow', rows: 4, source: 's' },
      origin: { input: 'i', offset: new Float64Array(4), line: new Float64Array(4), length: new Int32Array(4) },
      columns: { time: Float64Array.of(DAY, DAY, DAY, DAY), sourceAddress: addresses },
    });
    expect(seen.takePending().map(({ name, kind }) => [name, kind])).toEqual([['10.1.2.3', 'address']]);
  });
});

function mapped(...bytes: readonly number[]): number[] {
  return [...new Array(10).fill(0), 255, 255, ...bytes] as number[];
}
