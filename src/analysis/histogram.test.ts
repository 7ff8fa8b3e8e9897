import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventHistogram } from './histogram.ts';

describe('events over time', () => {
  it('counts every event once, in at most 240 bins, wherever batches end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4e15 }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        (times, cut) => {
          const whole = new EventHistogram();
          whole.add(Float64Array.from(times));
          const parts = new EventHistogram();
          for (let at = 0; at < times.length; at += cut) parts.add(Float64Array.from(times.slice(at, at + cut)));
          const result = whole.result();
          expect(parts.result()).toEqual(result);
          expect(result?.events.length).toBeLessThanOrEqual(240);
          const span = Math.max(...times) - Math.min(...times);
          if (span < 200 * 2_592_000e6) expect(result?.events.reduce((sum, one) => sum + one, 0)).toBe(times.length);
        },
      ),
    );
  });

  it('has nothing to show without times', () => {
    const histogram = new EventHistogram();
    histogram.add(Float64Array.of(Number.NaN));
    expect(histogram.result()).toBeUndefined();
  });
});
