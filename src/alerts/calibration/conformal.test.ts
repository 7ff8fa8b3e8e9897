import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom, stableId, VedetteError } from '../../core/index.ts';
import { calibrate, pValueOf, pValuesOf, quantileOf, scoreAtRate, tieOf } from './conformal.ts';
import { resolveRate, scoresNeeded } from './resolution.ts';

const scores = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 });

describe('conformal p-values', () => {
  it('counts calibration scores at least as high, by brute force', () => {
    fc.assert(
      fc.property(scores, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (calibration, score) => {
        const atLeast = calibration.filter((value) => value >= score).length;
        const { pValue, extrapolated } = pValueOf(calibrate(calibration), score);
        if (extrapolated) expect(pValue).toBeLessThanOrEqual(1 / (calibration.length + 1));
        else expect(pValue).toBe((1 + atLeast) / (calibration.length + 1));
        expect(extrapolated && atLeast > 0).toBe(false);
      }),
    );
  });

  it('falls as the score rises, also across the join to the tail', () => {
    const random = seededRandom(3);
    const calibration = calibrate(Float64Array.from({ length: 500 }, () => -Math.log(1 - random())));
    let before = 1;
    for (let score = -1; score < 40; score += 0.01) {
      const { pValue } = pValueOf(calibration, score);
      expect(pValue).toBeLessThanOrEqual(before);
      before = pValue;
    }
    expect(before).toBeLessThan(1e-10);
    expect(before).toBeGreaterThan(0);
  });

  it('extrapolates an exponential sample within a factor of two a hundredfold beyond its resolution', () => {
    const random = seededRandom(11);
    const calibration = calibrate(Float64Array.from({ length: 5000 }, () => -Math.log(1 - random())));
    const { score, extrapolated } = scoreAtRate(calibration, 1e-6);
    expect(extrapolated).toBe(true);
    expect(Math.exp(-score)).toBeGreaterThan(1e-7 / 2);
    expect(Math.exp(-score)).toBeLessThan(2e-6);
  });

  it('flags exactly above the score of a rate', () => {
    fc.assert(
      fc.property(scores, fc.double({ min: 0.001, max: 0.5, noNaN: true }), (values, rate) => {
        const calibration = calibrate(values);
        const { score } = scoreAtRate(calibration, rate);
        for (const value of values) expect(pValueOf(calibration, value).pValue <= rate + 1e-12).toBe(value > score);
      }),
    );
  });

  it('has quantiles that the sample exceeds as often as asked', () => {
    const random = seededRandom(17);
    const calibration = calibrate(Float64Array.from({ length: 9_999 }, () => -Math.log(1 - random())));
    expect(quantileOf(calibration, 0.01)).toBe(calibration.sorted[9_899]);
    expect(quantileOf(calibration, 0.00015)).toBe(((calibration.sorted[9_998] as number) + (calibration.sorted[9_997] as number)) / 2);
    expect(quantileOf(calibration, 0.00001)).toBeCloseTo(scoreAtRate(calibration, 0.00001).score, 9);
    expect(quantileOf(calibration, 1)).toBe(calibration.sorted[0]);
    expect(quantileOf(calibrate(new Float64Array(50)), 1e-9)).toBe(0);
  });

  it('is uniform for discrete scores when ties are smoothed and conservative when not', () => {
    const random = seededRandom(5);
    const draw = () => Math.floor(random() * 3);
    const calibration = calibrate(Float64Array.from({ length: 20_000 }, draw));
    let smoothed = 0;
    let plain = 0;
    for (let i = 0; i < 20_000; i++) {
      const score = draw();
      if (pValueOf(calibration, score, tieOf(stableId('unit', i))).pValue <= 0.1) smoothed++;
      if (pValueOf(calibration, score).pValue <= 0.1) plain++;
    }
    expect(smoothed / 20_000).toBeGreaterThan(0.09);
    expect(smoothed / 20_000).toBeLessThan(0.11);
    expect(plain).toBe(0);
  });

  it('lets NaN pass as not yet scored and leaves it out of the calibration', () => {
    const calibration = calibrate([1, Number.NaN, 3]);
    expect(calibration.sorted.length).toBe(2);
    expect(pValuesOf(calibration, [Number.NaN, 2]).pValue).toEqual(Float64Array.of(Number.NaN, 2 / 3));
    expect(() => calibrate([Number.NaN])).toThrow(VedetteError);
  });

  it('does not extrapolate from constant scores', () => {
    expect(pValueOf(calibrate(new Float64Array(100)), 5)).toEqual({ pValue: 1 / 101, extrapolated: false });
  });
});

describe('resolution of a rate', () => {
  it('refuses or marks what the calibration cannot resolve', () => {
    expect(scoresNeeded(0.001)).toBe(999);
    expect(resolveRate(999, 0.001, 'refuse').extrapolated).toBe(false);
    expect(resolveRate(998, 0.001, 'mark')).toMatchObject({ extrapolated: true, missing: 1 });
    expect(() => resolveRate(998, 0.001, 'refuse')).toThrow(/needs 999 calibration scores, there are 998/);
    expect(() => resolveRate(998, 0, 'mark')).toThrow(VedetteError);
  });
});
