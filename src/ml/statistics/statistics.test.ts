import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relativeError, scientificReference } from '../testing/scientific.ts';
import {
  betaI,
  betaQuantile,
  binomialLowerTail,
  binomialUpperTail,
  chiSquareSurvival,
  clopperPearsonInterval,
  fisherCombined,
  fitExponentialTail,
  gammaP,
  gammaQ,
  logGamma,
  normalCdf,
  normalQuantile,
  normalSurvival,
  poissonLowerTail,
  poissonUpperTail,
  quantile,
  studentQuantile,
  studentSurvival,
  tailQuantile,
  tailSurvival,
  wilsonInterval,
} from './index.ts';

const { source, statistics } = scientificReference();

/** With the largest relative error allowed; below 1e-290 the error is absolute. */
type Reference = (...values: [number, number, number]) => number;

const FUNCTIONS: Record<string, readonly [Reference, number]> = {
  logGamma: [logGamma, 1e-12],
  gammaP: [gammaP, 1e-9],
  gammaQ: [gammaQ, 1e-9],
  betaI: [betaI, 1e-9],
  normalCdf: [normalCdf, 1e-12],
  normalQuantile: [normalQuantile, 1e-12],
  chiSquareSurvival: [chiSquareSurvival, 1e-10],
  studentSurvival: [studentSurvival, 1e-11],
  studentQuantile: [studentQuantile, 1e-11],
  poissonUpperTail: [poissonUpperTail, 1e-10],
  poissonLowerTail: [poissonLowerTail, 1e-10],
  binomialUpperTail: [binomialUpperTail, 1e-11],
  binomialLowerTail: [binomialLowerTail, 1e-11],
};

describe(`functions against ${source}`, () => {
  it.each(Object.entries(FUNCTIONS))('%s', (name, [compute, allowed]) => {
    const rows = statistics[name] as readonly (readonly number[])[];
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) {
      const error = relativeError(compute(...(row.slice(0, -1) as [number, number, number])), row.at(-1) as number, 1e-290);
      expect(error, `${name}(${row.slice(0, -1)}) = ${row.at(-1)}`).toBeLessThan(allowed);
    }
  });
});

describe('inverse functions and intervals', () => {
  it('the normal survival function keeps its accuracy in the upper tail', () => {
    expect(normalSurvival(9)).toBe(normalCdf(-9));
    expect(normalSurvival(0)).toBe(0.5);
  });

  it.each([
    ['Wilson', wilsonInterval, 'wilson'],
    ['Clopper-Pearson', clopperPearsonInterval, 'clopperPearson'],
  ] as const)('%s intervals are those of scipy', (_, interval, name) => {
    for (const [successes, trials, confidence, low, high] of statistics[name] as readonly (readonly [
      number,
      number,
      number,
      number,
      number,
    ])[]) {
      const found = interval(successes, trials, confidence);
      expect(relativeError(found.low, low, 1e-12), `low of ${successes}/${trials}`).toBeLessThan(1e-9);
      expect(relativeError(found.high, high, 1e-12), `high of ${successes}/${trials}`).toBeLessThan(1e-9);
    }
  });

  it('intervals without trials are NaN', () => {
    expect(wilsonInterval(0, 0)).toEqual({ low: Number.NaN, high: Number.NaN });
    expect(clopperPearsonInterval(0, 0)).toEqual({ low: Number.NaN, high: Number.NaN });
  });

  it('Fisher combines p-values as scipy does', () => {
    for (const [pValues, combined] of statistics.fisher) expect(relativeError(fisherCombined(pValues), combined)).toBeLessThan(1e-12);
    expect(fisherCombined([])).toBe(1);
  });

  it('quantiles and their functions invert one another', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1 - 1e-9, noNaN: true }), fc.integer({ min: 1, max: 200 }), (p, degrees) => {
        expect(relativeError(normalCdf(normalQuantile(p)), p)).toBeLessThan(1e-10);
        expect(relativeError(1 - studentSurvival(studentQuantile(p, degrees), degrees), p, 1e-3)).toBeLessThan(1e-8);
        expect(relativeError(betaI(betaQuantile(p, degrees, 2.5), degrees, 2.5), p)).toBeLessThan(1e-8);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('undefined arguments give NaN', () => {
    for (const value of [normalQuantile(-0.1), normalQuantile(Number.NaN), gammaP(0, 1), betaI(2, 1, 1), studentQuantile(0.3, 0)]) {
      expect(value).toBeNaN();
    }
  });
});

describe('samples', () => {
  const sample = Float64Array.from(statistics.sample);

  it('quantiles are those of NumPy', () => {
    for (const [p, wanted] of statistics.quantiles as readonly (readonly [number, number])[]) {
      expect(quantile(sample, p)).toBeCloseTo(wanted, 12);
    }
    expect(quantile([], 0.5)).toBeNaN();
  });

  it('the exponential tail is the maximum-likelihood fit of scipy', () => {
    const tail = fitExponentialTail(sample, 0.1);
    expect(tail.threshold).toBeCloseTo(statistics.tail.threshold, 12);
    expect(tail.exceedances).toBe(statistics.tail.exceedances);
    expect(tail.scale).toBeCloseTo(statistics.tail.scale, 12);
    expect(tailSurvival(tail, tail.threshold)).toBe(tail.rate);
    expect(tailSurvival(tail, tailQuantile(tail, 1e-6))).toBeCloseTo(1e-6, 15);
    expect(tailSurvival(tail, tail.threshold - 1)).toBeNaN();
    expect(tailQuantile(tail, 0.5)).toBeNaN();
  });

  it('a tail without exceedances survives nothing', () => {
    const tail = fitExponentialTail([1, 1, 1], 0.1);
    expect(tail).toEqual({ threshold: 1, rate: 0, scale: 0, exceedances: 0 });
    expect(tailSurvival(tail, 2)).toBe(0);
  });
});
