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

/** Lines of a kind and all lines, per five minutes. */
function shares(counts: readonly (readonly [number, number])[], first = 0): SeriesBatch {
  const parts = series(
    counts.map(([part]) => part),
    first,
    'status 5xx of source web',
  );
  return { ...parts, whole: Float64Array.from(counts, ([, whole]) => whole) };
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
detectorContract('rate of a kind of lines', {
  create: () => new RateDetector(config.parse({})),
  normal: shares(quiet.map((whole, i) => [i % 7 === 0 ? 1 : 0, whole])),
  mixed: shares(
    [
      [0, 40],
      [1, 38],
      [0, 41],
      [2, 39],
      [30, 40],
      [0, 40],
      [1, 42],
    ],
    quiet.length,
  ),
  abnormalRow: 4,
  quietRow: 1,
  learnsAsItGoes: true,
});
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

  it('says nothing of what an interval lacks that the end of the input cut, and learns nothing from it; more than usual it still tells', async () => {
    const past = counts(2, () => 40);
    const detector = new RateDetector(config.parse({}));
    await detector.fit(series(past));
    const before = await detector.snapshot();
    const cut = (value: number) => ({ ...series([value], past.length), cut: Uint8Array.of(1) });
    for (const few of [0, 3]) {
      expect((await detector.score(cut(few))).score).toEqual(Float64Array.of(Number.NaN));
      detector.observe(cut(few));
    }
    expect(await detector.snapshot()).toEqual(before);
    expect((await detector.score(cut(400))).score[0]).toBeGreaterThan(7);
  });

  it('notices silence, in words too', async () => {
    const past = counts(2, () => 40);
    expect((await rated([0], past))[0]).toBeGreaterThan(7);
    const detector = new RateDetector(config.parse({}));
    await detector.fit(series(past));
    expect((await detector.explain(series([0], past.length), 0)).what).toMatch(/^source web has gone quiet: no line in 5 minutes/);
  });

  it('keeps the level through a silence, tells it once with what was expected, and finds nothing in what comes after it', async () => {
    const random = seededRandom(8);
    const past = counts(3, () => 12);
    const silent = new Array<number>(72).fill(0);
    const after = Array.from({ length: 144 }, () => poisson(12, random));
    const score = await rated([...silent, ...after], past);
    const told = [...score.keys()].filter((i) => (score[i] as number) > 7);
    expect(told).toHaveLength(1);
    expect(told[0]).toBeLessThan(2);
    const detector = new RateDetector(config.parse({}));
    await detector.fit(series(past));
    const { what, why } = await detector.explain(series([0, 0, 0], past.length), 2);
    expect(what).toMatch(/^source web has gone quiet: no line in 5 minutes, about 1[123] expected/);
    expect(why).toMatch(/none comes by chance about .* the silent intervals before it counted in/);
    expect(why).not.toContain('few');
  });

  it('takes nights without a line for a habit after the first ones', async () => {
    for (const mean of [3, 15, 60]) {
      const random = seededRandom(3);
      const days = Array.from({ length: 14 * PER_DAY }, (_, bin) => (bin % PER_DAY < PER_DAY / 3 ? 0 : poisson(mean, random)));
      const { score } = await new RateDetector(config.parse({})).score(series(days));
      expect(score.filter((value, bin) => days[bin] === 0 && bin > 2 * PER_DAY && value > 7).length).toBe(0);
    }
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

describe('lines of a kind among all lines', () => {
  const rate = async (past: readonly (readonly [number, number])[], values: readonly (readonly [number, number])[]) => {
    const detector = new RateDetector(config.parse({}));
    await detector.fit(shares(past));
    const batch = shares(values, past.length);
    return { score: (await detector.score(batch)).score, detector, batch };
  };
  const traffic = (intervals: number, mean: number, share: number, seed = 1): (readonly [number, number])[] => {
    const random = seededRandom(seed);
    return Array.from({ length: intervals }, () => {
      const whole = poisson(mean, random);
      return [Array.from({ length: whole }, () => random()).filter((value) => value < share).length, whole] as const;
    });
  };

  it('finds an hour of errors where there were none, once, and says how many are usual', async () => {
    const { score, detector, batch } = await rate(traffic(500, 12, 0), [...traffic(12, 12, 0.7, 2), ...traffic(36, 12, 0, 3)]);
    expect(score[0]).toBeGreaterThan(7);
    expect(score.filter((value) => value > 7).length).toBeLessThanOrEqual(2);
    const { what } = await detector.explain(batch, 0);
    expect(what).toMatch(/^status 5xx of source web: \d+ of \d+ lines in 5 minutes, none were seen before\.$/);
  });

  it('finds it where a few per cent are usual, and again after a day', async () => {
    const hour = traffic(12, 30, 0.6, 2);
    const { score } = await rate(traffic(500, 30, 0.03), [...hour, ...traffic(PER_DAY, 30, 0.03, 4), ...hour]);
    expect(Math.max(...score.subarray(0, 12))).toBeGreaterThan(7);
    expect(Math.max(...score.subarray(12 + PER_DAY))).toBeGreaterThan(7);
    expect(Math.max(...score.subarray(12, 12 + PER_DAY))).toBeLessThan(7);
  });

  it('keeps its promise at any usual share, and is not moved by more or fewer lines', async () => {
    let flagged = 0;
    for (const share of [0.001, 0.03, 0.3, 1]) {
      const { score } = await rate(traffic(500, 20, share), [...traffic(1500, 20, share, 2), ...traffic(500, 200, share, 3)]);
      flagged += score.filter((value) => value >= Math.log(1000)).length;
    }
    expect(flagged).toBeLessThanOrEqual(16);
  });

  it('does not call a single error an outbreak, nor bursts that come again and again', async () => {
    expect(
      (
        await rate(traffic(2000, 50, 0), [
          [1, 50],
          [4, 4],
        ])
      ).score.every((value) => value < 7),
    ).toBe(true);
    const bursts = (bins: number) => Array.from({ length: bins }, (_, bin) => [bin % 40 === 3 ? 20 : 0, 60] as const);
    const { score } = await rate(bursts(1000), bursts(1000));
    expect(score.filter((value) => value > 7).length).toBe(0);
  });
});
