import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkOrder } from './chunk-order.ts';

const make = (more: object = {}) => new ChunkOrder<number>({ gapTimeout: 1000, maxBytes: 1e6, maxSensors: 4, ...more });
const sequences = (order: ChunkOrder<number>) =>
  order.take().map(({ sensor, sequence, broken }) => `${sensor}${sequence}${broken ? '!' : ''}`);

describe('order of chunks', () => {
  it('is restored for each sensor, whatever the order they come in', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Array.from({ length: 12 }, (_, i) => i),
          { minLength: 12 },
        ),
        (mixed) => {
          const order = make();
          const came: string[] = [];
          for (const sequence of mixed) {
            for (const sensor of ['a', 'b']) order.offer(sensor, sequence, sequence, 10, 0);
            came.push(...sequences(order));
          }
          const of = (sensor: string) => came.filter((one) => one.startsWith(sensor));
          expect(of('a')).toEqual(Array.from({ length: 12 }, (_, i) => `a${i}`));
          expect(of('b')).toHaveLength(12);
          expect(order.counters).toMatchObject({ chunks: 24, missing_chunks: 0, waiting_bytes: 0 });
        },
      ),
      { seed: 1, numRuns: 50 },
    );
  });

  it('waits for a missing chunk for a time, then goes on, says so, and refuses it when it comes late', () => {
    const order = make();
    for (const sequence of [0, 2, 3]) order.offer('a', sequence, sequence, 10, 0);
    expect(sequences(order)).toEqual(['a0']);
    order.elapse(999);
    expect(sequences(order)).toEqual([]);
    order.elapse(1000);
    expect(sequences(order)).toEqual(['a2!', 'a3']);
    expect(order.offer('a', 1, 1, 10, 1001)).toBe('late');
    expect(order.offer('a', 3, 3, 10, 1001)).toBe('duplicate');
    expect(order.counters).toEqual({ chunks: 3, duplicate_chunks: 1, late_chunks: 1, missing_chunks: 1, waiting_bytes: 0 });
  });

  it('holds no more bytes and no more sensors than it may', () => {
    const order = make({ maxBytes: 100 });
    for (let sequence = 1; sequence <= 30; sequence += 2) order.offer('a', sequence, sequence, 30, 0);
    expect(order.counters.waiting_bytes).toBeLessThanOrEqual(100);
    expect(sequences(order).length).toBeGreaterThan(10);
    for (const sensor of ['b', 'c', 'd']) order.offer(sensor, 5, 5, 1, 0);
    expect(order.offer('e', 0, 0, 1, 0)).toBe('refused');
  });

  it('a sensor that begins anew with 0 begins a new stream; one met in the middle waits for what may still come', () => {
    const order = make();
    for (const sequence of [7, 6]) order.offer('a', sequence, sequence, 1, 0);
    expect(sequences(order)).toEqual([]);
    order.elapse(1000);
    expect(sequences(order)).toEqual(['a6', 'a7']);
    for (const sequence of [0, 1]) order.offer('a', sequence, sequence, 1, 2000);
    expect(sequences(order)).toEqual(['a0', 'a1']);
    expect(order.counters.missing_chunks).toBe(0);
  });
});
