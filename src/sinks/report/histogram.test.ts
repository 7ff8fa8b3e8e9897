import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histogramOf } from './histogram.ts';

describe('histogram of scores', () => {
  it('counts every finite score once and keeps the threshold inside', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 }),
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        (scores, threshold) => {
          const histogram = histogramOf(Float64Array.from([...scores, Number.NaN, Number.POSITIVE_INFINITY]), threshold);
          expect((histogram?.counts.reduce((a, b) => a + b, 0) ?? 0) + (histogram?.beyond ?? 0)).toBe(scores.length);
          expect(histogram?.high).toBeGreaterThanOrEqual(threshold);
          expect(histogram?.high).toBeGreaterThan(histogram?.low as number);
        },
      ),
    );
  });

  it('is not squeezed by huge scores', () => {
    const scores = Float64Array.from({ length: 1_000 }, (_, i) => (i < 950 ? i / 100 : 1e6 + i));
    const histogram = histogramOf(scores, 10);
    expect(histogram?.high).toBe(30);
    expect(histogram?.beyond).toBe(50);
  });

  it('is nothing without finite scores', () => {
    expect(histogramOf(Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY), 1)).toBeNull();
  });
});
