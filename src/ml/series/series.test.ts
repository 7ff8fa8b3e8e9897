import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SeriesFrame, seededRandom } from '../../core/index.ts';
import {
  fillGaps,
  LastValue,
  mase,
  NETWORK_ALGORITHMS,
  NetworkForecaster,
  networkOf,
  OnlineArForecaster,
  ProfileForecaster,
  RidgeForecaster,
  RidgeSystem,
  SeasonalNaive,
  smape,
  VarForecaster,
} from './index.ts';

/** Two channels with a day of 24 steps; the second follows the first by two steps. */
function wave(rows: number): SeriesFrame {
  const random = seededRandom(7);
  const noise = Float64Array.from({ length: rows }, () => random() - 0.5);
  const a = Float64Array.from({ length: rows }, (_, i) => 20 + 5 * Math.sin((2 * Math.PI * i) / 24) + (noise[i] as number));
  const b = Float64Array.from({ length: rows }, (_, i) => 2 * (a[Math.max(0, i - 2)] as number));
  const times = Float64Array.from({ length: rows }, (_, i) => i * 3600e6);
  return { rows, channels: ['a', 'b'], times, values: [a, b], step: 3600e6 };
}

const ORIGINS = Int32Array.from({ length: 60 }, (_, i) => 520 + i);
const actual = (frame: SeriesFrame, channel: number, step: number) =>
  Array.from(ORIGINS, (origin) => (frame.values[channel] as Float64Array)[origin + step] as number);
const forecastOf = (out: Float64Array, steps: number, channel: number, step: number) =>
  Array.from(ORIGINS, (_, i) => out[(i * steps + step - 1) * 2 + channel] as number);

describe('accuracy', () => {
  it('SMAPE and MASE by hand', () => {
    expect(smape([100, 0, 50], [50, 0, 50])).toBeCloseTo((100 * (100 / 150)) / 3, 12);
    expect(mase([3, 5], [2, 7], [1, 2, 4, 7])).toBeCloseTo(1.5 / 2, 12);
  });
});

describe('ridge', () => {
  it('solves the normal equations: residuals of an unpenalised fit are orthogonal to every column', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seededRandom(seed);
        const [rows, columns] = [40, 5];
        const x = Float64Array.from({ length: rows * columns }, (_, i) => (i % columns === 0 ? 1 : random() - 0.5));
        const y = Float64Array.from({ length: rows * 2 }, () => random());
        const system = new RidgeSystem(x, rows, columns, 0);
        const left = system.residuals(y, 2, system.solve(y, 2));
        for (let j = 0; j < columns; j++) {
          for (let k = 0; k < 2; k++) {
            let product = 0;
            for (let r = 0; r < rows; r++) product += (x[r * columns + j] as number) * (left[r * 2 + k] as number);
            expect(Math.abs(product)).toBeLessThan(1e-6);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('finds that one channel follows another, and beats last value and season', async () => {
    const frame = wave(600);
    const training = { ...frame, rows: 500, times: frame.times.slice(0, 500), values: frame.values.map((column) => column.slice(0, 500)) };
    const errors = [];
    for (const model of [new LastValue(), new SeasonalNaive(), new RidgeForecaster({ lags: 12 })]) {
      await model.fit(training, { steps: 3, seed: 1 });
      const out = await model.forecast(frame, ORIGINS);
      errors.push(smape(actual(frame, 1, 2), forecastOf(out, 3, 1, 2)));
    }
    expect(errors[2]).toBeLessThan(0.5 * Math.min(errors[0] as number, errors[1] as number));
  });

  it.each([
    new LastValue(),
    new SeasonalNaive(),
    new ProfileForecaster(),
    new OnlineArForecaster(),
    new RidgeForecaster({ lags: 12 }),
    new VarForecaster(),
  ])('$name reads nothing after the origin', async (model) => {
    const frame = wave(600);
    await model.fit(frame, { steps: 3, seed: 1 });
    const cut = { ...frame, rows: 521, times: frame.times.slice(0, 521), values: frame.values.map((column) => column.slice(0, 521)) };
    const origin = Int32Array.of(520);
    expect(await model.forecast(cut, origin)).toEqual(await model.forecast(frame, origin));
  });
});

describe('vector autoregression', () => {
  it('finds the matrix that made the rows: its forecasts are powers of it', async () => {
    const random = seededRandom(5);
    const [a, b] = [new Float64Array(6_000), new Float64Array(6_000)];
    for (let i = 1; i < a.length; i++) {
      const [x, y] = [a[i - 1] as number, b[i - 1] as number];
      a[i] = 0.7 * x + 0.2 * y + random() - 0.5;
      b[i] = -0.3 * x + 0.5 * y + random() - 0.5;
    }
    const frame = { rows: a.length, channels: ['a', 'b'], times: a.map((_, i) => i * 1e6), values: [a, b], step: 1e6 };
    const model = new VarForecaster(1);
    await model.fit(frame, { steps: 3, seed: 1 });
    const origins = Int32Array.from({ length: 50 }, (_, i) => 100 * (i + 1));
    const out = await model.forecast(frame, origins);
    for (const [i, origin] of origins.entries()) {
      let [x, y] = [a[origin] as number, b[origin] as number];
      for (let k = 0; k < 3; k++) {
        [x, y] = [0.7 * x + 0.2 * y, -0.3 * x + 0.5 * y];
        expect(out[(i * 3 + k) * 2]).toBeCloseTo(x, 1);
        expect(out[(i * 3 + k) * 2 + 1]).toBeCloseTo(y, 1);
      }
    }
  });
});

describe('online autoregression', () => {
  it('goes on from where it was fitted: as if it had been given all rows', async () => {
    const frame = wave(600);
    const part = (from: number, to: number) => ({
      ...frame,
      rows: to - from,
      times: frame.times.slice(from, to),
      values: frame.values.map((column) => column.slice(from, to)),
    });
    const model = new OnlineArForecaster();
    await model.fit(part(0, 500), { steps: 3, seed: 1 });
    const later = await model.forecast(part(500, 600), Int32Array.of(99));
    expect(later).toEqual(await model.forecast(frame, Int32Array.of(599)));
    expect(later).not.toEqual(await model.forecast(part(400, 600), Int32Array.of(199)));
  });
});

describe('networks', () => {
  it.each(['gru', 'tcn', 'seq2seq-lstm', 'attention-lstm'] as const)(
    '%s learns the wave, the same from the same seed',
    async (algorithm) => {
      const frame = wave(600);
      const trained = async (seed: number) => {
        const model = new NetworkForecaster(algorithm, { window: 24, epochs: 4, batchSize: 32, here: true });
        await model.fit(frame, { steps: 2, seed });
        return model;
      };
      const model = await trained(3);
      const out = await model.forecast(frame, ORIGINS);
      const last = new LastValue();
      await last.fit(frame, { steps: 2, seed: 1 });
      const naive = smape(actual(frame, 0, 2), forecastOf(await last.forecast(frame, ORIGINS), 2, 0, 2));
      expect(smape(actual(frame, 0, 2), forecastOf(out, 2, 0, 2))).toBeLessThan(naive);
      const again = await (await trained(3)).forecast(frame, ORIGINS);
      expect(again).toEqual(out);
    },
  );

  it('every algorithm is a network that fits its targets', () => {
    for (const algorithm of NETWORK_ALGORITHMS) {
      expect(networkOf(algorithm, { window: 20, columns: 5, steps: 4, channels: 2 }).layers.length).toBeGreaterThan(2);
    }
  });
});

it('gaps are filled from before', () => {
  const frame = { ...wave(4), values: [Float64Array.of(Number.NaN, 2, Number.NaN, 4)] };
  expect(fillGaps(frame).values[0]).toEqual(Float64Array.of(2, 2, 2, 4));
});
