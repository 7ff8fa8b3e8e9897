import { describe, expect, it } from 'vitest';
import { type SeriesFrame, seededRandom } from '../../core/index.ts';
import { dataset, missing, needs } from '../../testing/datasets.ts';
import { ratesOfCounters } from './counter-columns.ts';
import {
  FORECAST_ALGORITHM_NAMES,
  FORECAST_ALGORITHMS,
  forecastAlgorithm,
  forecastNext,
  forecastSettings,
  packForecastModel,
  readSeries,
  trainForecast,
  unpackForecastModel,
} from './index.ts';
import { alarms, detectorScores, windowedGaussian } from './nab-detectors.ts';
import { NAB_PROFILES, nabScore, probation } from './nab-score.ts';

const MODS = 'series/deep-mods/features';
const TAXI = 'series/nab/data/realKnownCause/nyc_taxi.csv.gz';

function noisy(rows: number): SeriesFrame {
  const random = seededRandom(3);
  const values = Float64Array.from({ length: rows }, (_, i) => 50 + 10 * Math.sin((2 * Math.PI * i) / 144) + 2 * random());
  return { rows, channels: ['value'], times: Float64Array.from({ length: rows }, (_, i) => i * 600e6), values: [values], step: 600e6 };
}

describe('NAB scorer', () => {
  const windows = [[400, 440]] as const;
  const at = (...rows: number[]) => {
    const scores = new Float64Array(1_000);
    for (const row of rows) scores[row] = 1;
    return nabScore([{ scores, windows }], NAB_PROFILES.standard, 1).score;
  };

  it('nothing is 0, the first row of the window 100, later rows less', () => {
    expect(nabScore([{ scores: new Float64Array(1_000), windows }]).score).toBe(0);
    expect(at(400)).toBeCloseTo(100, 10);
    expect(at(438)).toBeLessThan(at(420));
    expect(at(410, 430)).toBe(at(410));
  });

  it('false alarms cost, less just after a window, nothing in the probation', () => {
    expect(probation(1_000)).toBe(150);
    expect(probation(20_000)).toBe(750);
    expect(at(400, 100)).toBeCloseTo(100, 10);
    expect(at(400, 200)).toBeCloseTo(100 - 11 / 2, 10);
    expect(at(400, 445)).toBeGreaterThan(at(400, 900));
  });

  it('the windowed Gaussian knows only what came before', () => {
    const values = Float64Array.of(1, 2, 3, 50);
    const complement = (z: number) => (z > 3 ? 0 : 0.5);
    expect([...windowedGaussian(values, complement)]).toEqual([0, 0.5, 0.5, 1].map((score, i) => (i === 1 ? 1 : score)));
  });
});

describe('detectors look at nothing later', () => {
  it.skipIf(missing(TAXI))(needs('a file cut at any point has the same scores up to there', TAXI), async () => {
    const [input] = await readSeries([dataset(TAXI) as string]);
    const frame = input?.frame as SeriesFrame;
    const head = (rows: number): SeriesFrame => ({
      ...frame,
      rows,
      times: frame.times.slice(0, rows),
      values: frame.values.map((column) => column.slice(0, rows)),
    });
    for (const name of ['discord', 'forecast', 'device-faults']) {
      const { score } = await detectorScores(name, head(3_000));
      for (const cut of [1, 57, 613, 1_999]) expect((await detectorScores(name, head(cut))).score).toEqual(score.slice(0, cut));
    }
    const { score: whole } = await detectorScores('discord', head(3_000));
    expect(alarms(whole, 1.5).reduce((sum, value) => sum + value, 0)).toBeLessThan(20);
  });
});

describe('forecast models', () => {
  it.each(FORECAST_ALGORITHM_NAMES)(
    '%s is stored and read back with the same forecasts, and holds about what it promises',
    async (algorithm) => {
      const frame = noisy(1_500);
      const { takes } = FORECAST_ALGORITHMS[algorithm];
      const settings = takes.includes('epochs') ? { epochs: 2, window: 12 } : {};
      const { model, metrics } = await trainForecast(frame, { algorithm, steps: 6, seed: 1, settings });
      expect(metrics.coverage).toBeGreaterThan(0.8);
      if (algorithm === 'last-value') expect(metrics).not.toHaveProperty('smape_step_6_last_value');
      else expect(metrics.smape_step_6).toBeLessThan(metrics.smape_step_6_last_value as number);
      const read = unpackForecastModel(packForecastModel(model));
      const next = await forecastNext(read, frame);
      expect(next).toEqual(await forecastNext(model, frame));
      expect(next[0]?.next[0]?.time).toBe(1_500 * 600e6);
      for (const { value, lower, upper } of next[0]?.next ?? []) expect(lower < value && value < upper).toBe(true);
      await expect(forecastNext(read, { ...frame, channels: ['other'] })).rejects.toThrow(/no channel value/);
      await expect(forecastNext(read, { ...frame, step: 60e6 })).rejects.toThrow(/row every 60 s/);
    },
  );

  it('are rates of what counts up, with new starts, and leave alone what merely rises', () => {
    const rows = 120;
    const column = (of: (row: number) => number) => Float64Array.from({ length: rows }, (_, row) => of(row));
    const frame = (name: string, values: Float64Array) => ({
      ...{ rows, channels: [name], values: [values], times: column((row) => row * 10e6), step: 10e6 },
    });
    const told = (name: string, values: Float64Array) => ratesOfCounters(frame(name, values));
    const octets = told(
      'ifInOctets.2',
      column((row) => (row < 60 ? 1_000 * row : 1_000 * (row - 60))),
    );
    expect(octets.values[0]?.filter((value) => value !== 100)).toEqual(Float64Array.of(Number.NaN, Number.NaN));
    expect(octets).toMatchObject({
      counts: { resets: 1, wraps: 0 },
      readAs: expect.stringContaining('read as a counter: its values are rates a second'),
    });
    const wrapped = told(
      'bytes_total',
      column((row) => (2 ** 32 - 30_000 + 1_000 * row) % 2 ** 32),
    );
    expect([...(wrapped.values[0] as Float64Array).subarray(1)].every((value) => value === 100)).toBe(true);
    expect(
      told(
        'packets',
        column((row) => 7 * row + (row % 3)),
      ).counts,
    ).toEqual({ resets: 0, wraps: 0 });
    for (const [name, values] of [
      ['disk_used_bytes', column((row) => 7 * row)],
      ['temperature_total', column((row) => 20 + Math.sin(row))],
      ['orders', column((row) => Math.floor(row / 3))],
      ['bytes_total', column(() => 5)],
      ['balance_total', column((row) => row - 60)],
    ] as const)
      expect(told(name, values).readAs).toBeUndefined();
  });

  it('say what is too little and what is unknown', async () => {
    await expect(trainForecast(noisy(60), { algorithm: 'ridge', steps: 6, seed: 1 })).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' });
    await expect(trainForecast(noisy(150), { algorithm: 'seasonal-naive', steps: 2, seed: 1 })).rejects.toThrow(/looks 144 rows back/);
    expect(() => forecastAlgorithm('oracle')).toThrow(/no forecaster is called oracle/);
    expect(forecastSettings('gru', { window: '24', epochs: 3 })).toEqual({ window: 24, epochs: 3 });
    expect(() => forecastSettings('ridge', { window: 24 })).toThrow(/ridge has no setting window/);
    expect(() => forecastSettings('gru', { window: 0 })).toThrow(/no setting of a forecaster/);
    expect(() => unpackForecastModel(new Uint8Array(20))).toThrow(/cannot be read/);
  });

  it.skipIf(missing(MODS))(needs('DEEP MODS zips are one frame of three days, by its query and range', MODS), async () => {
    const folder = dataset(MODS) as string;
    const [all] = await readSeries([folder]);
    expect(all?.frame).toMatchObject({ rows: 432, channels: ['conn_in', 'conn_out', 'dns_in_distinct', 'ssh_in'], step: 600e6 });
    expect(all?.frame.values.map((column) => column[0])).toEqual([50_091, 19_794, 38, 2_901]);
    const [day] = await readSeries([folder], { query: 'conn|in_sum_orig_bytes~in_MB', range: '<2019-06-02,2019-06-03)' });
    expect(day?.frame).toMatchObject({ rows: 144, channels: ['in_MB'] });
  });
});
