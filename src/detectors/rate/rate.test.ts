import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MICROS_PER_DAY, type SeriesBatch, seededRandom } from '../../core/index.ts';
import { detectorContract } from '../../testing/detector-contract.ts';
import { config } from './config.ts';
import { RateDetector } from './detector.ts';
import { logLowerTail, logUpperTail } from './negative-binomial.ts';

const BIN = 300_000_000;
const PER_DAY = MICROS_PER_DAY / BIN;

/** One value per five minutes from `first` on, of one series. */
function series(values: readonly number[], first = 0, name = 'source web'): SeriesBatch {
  const rows = values.length;
  return {
    shape: 'series',
    rows,
    series: [name],
    code: new Int32Array(rows),
    entities: [name],
    value: Float64Array.from(values),
    start: Float64Array.from(values, (_, i) => (first + i) * BIN),
    end: Float64Array.from(values, (_, i) => (first + i + 1) * BIN),
  };
}

/** Poisson counts (Knuth; normal beyond 50). */
function poisson(mean: number, random: () => number): number {
  if (mean > 50) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
}

function day(bin: number): number {
  return 60 + 50 * Math.sin((2 * Math.PI * bin) / PER_DAY);
}

function counts(days: number, mean: (bin: number) => number, seed = 1): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: days * PER_DAY }, (_, bin) => poisson(mean(bin), random));
}

const quiet = counts(2, () => 40);
detectorContract('rate', {
  create: () => new RateDetector(config.parse({})),
  normal: series(quiet),
  mixed: series([40, 38, 41, 39, 400, 40, 42], quiet.length),
  abnormalRow: 4,
  quietRow: 1,
  learnsAsItGoes: true,
});

async function rated(values: readonly number[], past: readonly number[]): Promise<Float64Array> {
  const detector = new RateDetector(config.parse({}));
  await detector.fit(series(past));
  return (await detector.score(series(values, past.length))).score;
}

describe('rate', () => {
  it('has the tails of scipy.stats.nbinom (1.16: logsf(y - 1, 1/d, 1/(1 + d m)) and logcdf)', () => {
    const reference: [number, number, number, number, number][] = [
      [10, 0.05, 20, -4.1671584874465175, -0.00959763751168059],
      [10, 0.05, 2, -0.0023082483486397652, -4.675314957678142],
      [100, 0.2, 0, 0, -15.222612188617115],
      [3.5, 1, 15, -3.7697164242135908, -0.018097239266126823],
      [1000, 0.01, 1400, -8.153297236120565, -0.0002797321728348849],
      [50, 1e-4, 90, -15.208394305188936, -1.3532128697730559e-7],
    ];
    for (const [mean, dispersion, y, upper, lower] of reference) {
      expect(logUpperTail(y, mean, dispersion)).toBeCloseTo(upper, 8);
      expect(logLowerTail(y, mean, dispersion)).toBeCloseTo(lower, 8);
    }
  });

  it('knows the daily profile: a noon volume at midnight is unusual, at noon it is not', async () => {
    const past = counts(7, day);
    expect((await rated([110], past.slice(0, past.length - PER_DAY + PER_DAY / 4)))[0]).toBeLessThan(4);
    expect((await rated([110], past.slice(0, past.length - PER_DAY + (3 * PER_DAY) / 4)))[0]).toBeGreaterThan(7);
  });

  it('notices silence, in words too', async () => {
    const past = counts(2, () => 40);
    expect((await rated([0], past))[0]).toBeGreaterThan(7);
    const detector = new RateDetector(config.parse({}));
    await detector.fit(series(past));
    expect((await detector.explain(series([0], past.length), 0)).what).toMatch(/^source web has gone quiet: no line in 5 minutes/);
  });

  it('tells a level shift once and takes it for the level then', async () => {
    const after = counts(1, () => 120, 3);
    const score = await rated(
      after,
      counts(3, () => 40),
    );
    const told = Array.from(score).filter((value) => value > 9);
    expect(told.length).toBeGreaterThanOrEqual(1);
    expect(told.length).toBeLessThanOrEqual(3);
    expect(Math.max(...score.subarray(24))).toBeLessThan(9);
  });

  it('follows a trend without a word', async () => {
    const drift = (bin: number) => 40 * 1.15 ** (bin / PER_DAY);
    const score = await rated(
      counts(7, (bin) => drift(bin + 3 * PER_DAY), 5),
      counts(3, drift),
    );
    expect(score.filter((value) => value > 9).length).toBeLessThanOrEqual(2);
  });

  it('keeps its promise on over-dispersed counts of a daily profile', async () => {
    const random = seededRandom(11);
    const noisy = (bin: number) => day(bin) * (0.7 + 0.6 * random());
    const past = counts(10, noisy, 7);
    const score = await rated(counts(10, noisy, 8), past);
    const flagged = score.filter((value) => value >= Math.log(1000)).length;
    expect(flagged / score.length).toBeLessThan(0.004);
  });

  it('warms up with NaN, works after an hour with a wide interval and says when the profile is known', async () => {
    const detector = new RateDetector(config.parse({}));
    const past = counts(1, () => 40).slice(0, 24);
    const { metrics } = await detector.fit(series(past));
    expect(metrics.ready_at).toBe(MICROS_PER_DAY);
    const { score } = await detector.score(series([55, 4000], 24));
    expect(score[0]).toBeLessThan(3);
    expect(score[1]).toBeGreaterThan(7);
    expect((await new RateDetector(config.parse({})).score(series([40]))).score[0]).toBeNaN();
  });

  it('rates a source that is silent most of the time by the size of what comes, not by its coming', async () => {
    const random = seededRandom(4);
    const bursts = Array.from({ length: 4000 }, () => (random() < 0.03 ? 1 + poisson(2, random) : 0));
    const score = await rated(bursts.slice(2000), bursts.slice(0, 2000));
    expect(Math.max(...score)).toBeLessThan(7);
    expect((await rated([0, 0, 0, 90], bursts))[3]).toBeGreaterThan(7);
    const detector = new RateDetector(config.parse({}));
    await detector.fit(series(bursts));
    const { what, why } = await detector.explain(series([90], bursts.length), 0);
    expect(what).toMatch(/^source web had 90 lines in 5 minutes, about .* are usual when there are any\.$/);
    expect(why).toMatch(/^It is silent most of the time/);
  });

  it('keeps still about a series whose profile does not fit, and says so', async () => {
    const wild = Array.from({ length: 2000 }, (_, bin) => (bin % 40 < 2 && bin % 7 > 2 ? 4000 : 40));
    const detector = new RateDetector(config.parse({}));
    await detector.fit(series(wild.slice(0, 1000)));
    const { score, arms } = await detector.score(series(wild.slice(1000), 1000));
    expect(score.filter((value) => value > 7).length).toBeLessThanOrEqual(10);
    expect(arms?.misfit?.filter((one) => one === 1).length).toBeGreaterThan(0);
  });

  it('knows the tails of counts so large that differences of logarithms round away', () => {
    for (const mean of [1e9, 8.8e14, 1e15]) {
      // With so large a mean the distribution is a gamma one: shape 1, an exponential.
      expect(logUpperTail(2 * mean, mean, 1)).toBeCloseTo(-2, 4);
      expect(logLowerTail(mean, mean, 1)).toBeCloseTo(Math.log(1 - Math.exp(-1)), 4);
      expect(logUpperTail(1.2 * mean, mean, 0.6)).toBeGreaterThan(-2);
    }
  });

  it('gives a number for any counts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.nat(5), fc.nat(1e6), fc.constantFrom(0, 1e15)), { maxLength: 300 }), async (values) => {
        const score = await rated(values, [3, 4, 5, 3, 4, 5, 3, 4, 5, 3, 4, 5, 3]);
        expect(score.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
      }),
      { numRuns: 40, examples: [[[20, 27, 1e15, 1e15, 1e15, 1e15, 0, 1e15, 1e15]]] },
    );
  });
});
