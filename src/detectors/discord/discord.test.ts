import { describe, expect, it } from 'vitest';
import { type SeriesBatch, seededRandom } from '../../core/index.ts';
import { detectorContract } from '../../testing/detector-contract.ts';
import { config } from './config.ts';
import { DiscordDetector } from './detector.ts';

const MINUTE = 60e6;

function readings(values: readonly number[], first = 0): SeriesBatch {
  const start = Float64Array.from(values, (_, i) => (first + i) * MINUTE);
  return {
    shape: 'series',
    rows: values.length,
    series: ['pressure'],
    code: new Int32Array(values.length),
    entities: ['boiler'],
    value: Float64Array.from(values),
    start,
    end: start.map((time) => time + MINUTE),
  };
}

/** A wave of period 40 with a little noise. */
function wave(count: number, seed: number, first = 0): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => 10 * Math.sin((2 * Math.PI * (first + i)) / 40) + random());
}

const options = config.parse({ memory: 400, short: 4 });
/** Half way up it stays for a quarter of a period: every value is usual, their course is not. */
const halted = wave(60, 8, 600).map((value, i) => (i >= 22 && i < 32 ? -3 + 0.01 * value : value));

detectorContract('discord', {
  create: () => new DiscordDetector(options),
  normal: readings(wave(600, 7)),
  mixed: readings(halted, 600),
  abnormalRow: 31,
  quietRow: 5,
  learnsAsItGoes: true,
});

describe('discord', () => {
  const learnt = async () => {
    const detector = new DiscordDetector(options);
    await detector.fit(readings(wave(600, 7)));
    return detector;
  };

  it('finds a course of usual values, which single readings do not show', async () => {
    const { score, arms } = await (await learnt()).score(readings(halted, 600));
    expect(score.indexOf(Math.max(...score))).toBeGreaterThanOrEqual(24);
    expect(score.indexOf(Math.max(...score))).toBeLessThan(40);
    const highest = (arm: string) => Math.max(...(arms?.[arm] ?? []));
    expect(highest('16 readings')).toBeGreaterThan(3 * highest('1 readings'));
  });

  it('says nothing before it has something to compare with', async () => {
    const { score } = await new DiscordDetector(options).score(readings(wave(80, 7)));
    expect(score.subarray(0, 30).every(Number.isNaN)).toBe(true);
    expect(score.subarray(60).every(Number.isFinite)).toBe(true);
  });

  it('takes what is out of all bounds', async () => {
    const detector = await learnt();
    const { score } = await detector.score(readings([1e308, -1e308, Number.NaN, 1, Number.POSITIVE_INFINITY, 2, 3], 600));
    expect([...score].map(Number.isFinite)).toEqual([true, true, false, true, false, true, true]);
    expect(score[0]).toBeGreaterThan(20);
  });

  it('remembers no more series than it may', async () => {
    const detector = new DiscordDetector(config.parse({ memory: 400, short: 4, maxSeries: 1 }));
    const values = wave(200, 3);
    const two = { ...readings(values), series: ['a', 'b'], entities: ['a', 'b'], code: Int32Array.from(values, (_, i) => i % 2) };
    const { score } = await detector.score(two);
    expect(score.filter((_, i) => i % 2 === 1).every(Number.isNaN)).toBe(true);
    expect((await detector.fit(two)).metrics).toEqual({ series: 1 });
  });

  it('keeps its snapshot to one configuration', async () => {
    const snapshot = await (await learnt()).snapshot();
    await expect(new DiscordDetector(config.parse({ memory: 401, short: 4 })).restore(snapshot)).rejects.toMatchObject({
      code: 'MODEL_MISMATCH',
    });
  });
});
