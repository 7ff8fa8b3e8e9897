import { describe, expect, it } from 'vitest';
import { type SeriesBatch, seededRandom } from '../../core/index.ts';
import { detectorContract } from '../../testing/detector-contract.ts';
import { config } from './config.ts';
import { ForecastDetector } from './detector.ts';

const MINUTE = 60e6;

function readings(values: readonly number[], first = 0): SeriesBatch {
  const rows = values.length;
  return {
    shape: 'series',
    rows,
    series: ['oven temperature'],
    code: new Int32Array(rows),
    entities: ['oven'],
    value: Float64Array.from(values),
    start: Float64Array.from(values, (_, i) => (first + i) * MINUTE),
    end: Float64Array.from(values, (_, i) => (first + i + 1) * MINUTE),
  };
}

function normal(rows: number, seed = 5): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => 200 + 4 * (random() - 0.5));
}

detectorContract('forecast', {
  create: () => new ForecastDetector(config.parse({}), () => 0),
  normal: readings(normal(500)),
  mixed: readings([200, 200.5, 199, 201, 260, 200, 199.5], 500),
  abnormalRow: 4,
  quietRow: 1,
  learnsAsItGoes: true,
});

describe('forecast detector', () => {
  const learnt = async () => {
    const detector = new ForecastDetector(config.parse({}), () => 0);
    await detector.fit(readings(normal(500)));
    return detector;
  };

  it('names a stuck device, a range fault and a residual, with what was expected', async () => {
    const detector = await learnt();
    const stuck = readings(new Array<number>(30).fill(200.123), 500);
    const { score } = await detector.score(stuck);
    expect(score[5] as number).toBeLessThan(5);
    // Told of once, when the run is longer than any before.
    expect([...score].filter((one) => one > 8)).toHaveLength(1);
    expect(score[10] as number).toBeGreaterThan(8);
    expect((await detector.explain(stuck, 10)).what).toContain('11 times in a row');
    const outside = await detector.explain(readings([260], 500), 0);
    expect(outside.what).toContain('read 260');
    expect(outside.contributions[0]?.expected).toMatch(/^200|^199/);
    const usual = await detector.explain(readings([201.9], 500), 0);
    expect(usual.why).toMatch(/usual error; as large was seen \d+ times in 500 readings/);
  });

  it('leaves gaps unrated and unlearnt', async () => {
    const detector = await learnt();
    const before = await detector.snapshot();
    const gap = readings([Number.NaN], 500);
    expect((await detector.score(gap)).score[0]).toBeNaN();
    detector.observe(gap);
    expect(await detector.snapshot()).toEqual(before);
  });
});
