import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedQueue } from './queue.ts';

describe('bounded queue', () => {
  it('keeps order, loses nothing and never holds more than its bound, or one item', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.scheduler(),
        async (weights, bound, scheduler) => {
          const queue = new BoundedQueue<number>(bound);
          const taken: number[] = [];
          const produce = async () => {
            for (const [index, weight] of weights.entries()) {
              await scheduler.schedule(Promise.resolve());
              await queue.put(index, weight);
              expect(queue.weight <= bound || queue.length === 1).toBe(true);
            }
            queue.close();
          };
          const consume = async () => {
            for (let item = await queue.take(); item !== undefined; item = await queue.take()) {
              taken.push(item);
              await scheduler.schedule(Promise.resolve());
            }
          };
          const both = Promise.all([produce(), consume()]);
          await scheduler.waitFor(both);
          expect(taken).toEqual(weights.map((_, index) => index));
        },
      ),
      { seed: 4, numRuns: 60 },
    );
  });

  it('frees a producer that waits when it is closed', async () => {
    const queue = new BoundedQueue<string>(1);
    await queue.put('a', 1);
    const waiting = queue.put('b', 1);
    queue.close();
    expect(await waiting).toBe(false);
    expect(await queue.take()).toBe('a');
    expect(await queue.take()).toBeUndefined();
  });
});
