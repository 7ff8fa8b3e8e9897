import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../core/index.ts';
import { besideChance, ChanceShare } from './chance.ts';

describe('what chance explains', () => {
  it('is all of what a kept promise flags, and nothing of what is far rarer', () => {
    const random = seededRandom(1);
    const uniform = Array.from({ length: 20_000 }, () => random());
    const flagged = uniform.filter((p) => p <= 0.001);
    const shares = new ChanceShare([...flagged, 1e-9], uniform.length + 1);
    expect(flagged.length).toBeGreaterThan(5);
    for (const p of flagged) expect(besideChance(60, shares.of(p))).toBeLessThan(50);
    expect(besideChance(90, shares.of(1e-9))).toBe(90);
  });

  it('is little of many that are equally rare', () => {
    const shares = new ChanceShare(new Array<number>(300).fill(0.001), 6000);
    expect(shares.of(0.001)).toBeCloseTo(0.02);
  });

  it('grows with the p-value and is the least over all flagged with at least that p-value', () => {
    const rates = fc.array(fc.double({ min: 0, max: 0.01, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 100_000 }), (flagged, scored) => {
        const shares = new ChanceShare(flagged, scored);
        for (const p of flagged) {
          const ranks = flagged.filter((other) => other >= p).map((other) => (scored * other) / flagged.filter((q) => q <= other).length);
          expect(shares.of(p)).toBeCloseTo(Math.min(1, ...ranks), 12);
        }
      }),
    );
  });
});
