import { describe, expect, it } from 'vitest';
import { seededRandom } from '../core/index.ts';
import { selfPValues, selfThreshold } from './self-calibration.ts';

function exponential(n: number, seed: number, scale = 1): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: n }, () => -Math.log(1 - random()) * scale);
}

describe('scores that calibrate themselves', () => {
  it('keeps the promise on clean scores', () => {
    let flagged = 0;
    for (let seed = 1; seed <= 40; seed++) flagged += selfPValues(exponential(5000, seed)).pValue.filter((p) => p <= 0.001).length;
    // 200 expected of 200,000; five standard deviations of a Poisson count, and the error of the fitted scale.
    expect(flagged).toBeGreaterThan(100);
    expect(flagged).toBeLessThan(320);
  });

  it('is not blinded by a handful of anomalies', () => {
    const scores = exponential(5000, 7);
    for (let i = 0; i < 40; i++) scores[i * 100] = 50 + i;
    const { pValue } = selfPValues(scores);
    for (let i = 0; i < 40; i++) expect(pValue[i * 100]).toBeLessThan(1e-12);
  });

  it('follows the unit of the scores', () => {
    const one = selfPValues(exponential(3000, 3));
    const thousand = selfPValues(exponential(3000, 3, 1000));
    thousand.pValue.forEach((p, i) => {
      expect(p).toBeCloseTo(one.pValue[i] as number, 9);
    });
    expect(selfThreshold(0.001, thousand)).toBeCloseTo(1000 * selfThreshold(0.001, one), 6);
  });

  it('flags nothing where all scores are equal, and leaves what is warming up', () => {
    const scores = new Float64Array(500).fill(3);
    scores[9] = Number.NaN;
    const { pValue } = selfPValues(scores);
    expect(pValue[9]).toBeNaN();
    expect(Math.min(...pValue.filter((p) => !Number.isNaN(p)))).toBeGreaterThan(0.9);
  });
});
