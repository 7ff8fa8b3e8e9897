import { describe, expect, it } from 'vitest';
import { frameRows, type SeriesFrame, seededRandom } from '../../core/index.ts';
import type { FitCheckpoints } from '../../ml/index.ts';
import { evaluateForecast, evaluateSeriesDetector, packForecastModel, searchForecast, trainForecast } from './index.ts';

/** Two channels with a day of 24 rows, the second following the first, and a stretch in which it does not. */
function frameWith(rows: number, strange: readonly [number, number] = [0, 0]): SeriesFrame {
  const random = seededRandom(4);
  const a = Float64Array.from({ length: rows }, (_, i) => 20 + 5 * Math.sin((2 * Math.PI * i) / 24) + random());
  const b = a.map((_, i) =>
    i >= strange[0] && i < strange[1] ? 40 + 5 * random() : 2 * (a[Math.max(0, i - 1)] as number) + 0.2 * random(),
  );
  return { rows, channels: ['a', 'b'], times: a.map((_, i) => i * 3600e6), values: [a, b], step: 3600e6 };
}

describe('evaluation', () => {
  it('of a forecast model stands beside last value, seasonal naive and ridge, with the coverage of its intervals', async () => {
    const frame = frameWith(1_200);
    const { model } = await trainForecast(frameRows(frame, 0, 700), { algorithm: 'ridge', steps: 3, seed: 1 });
    const { forecasters, origins } = await evaluateForecast(model, frameRows(frame, 700, 1_200));
    expect(forecasters.map(({ name }) => name)).toEqual(['ridge', 'last value', 'seasonal naive', 'ridge']);
    expect(origins).toBe(248);
    expect(forecasters[0]?.smape.length).toBe(3);
    expect(forecasters[0]?.smape[2] as number).toBeLessThan(forecasters[1]?.smape[2] as number);
    expect(forecasters[0]?.mase[2] as number).toBeLessThan(1);
    expect(Math.abs((forecasters[0]?.coverage as number) - 0.9)).toBeLessThan(0.08);
    for (const { channels } of forecasters) expect(Object.keys(channels)).toEqual(['a', 'b']);
    await expect(evaluateForecast(model, frameRows(frame, 0, 20))).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' });
  });

  it('of detectors needs labels, and tells a good one from trivial ones', async () => {
    const frame = frameWith(1_000, [800, 860]);
    const labels = Float64Array.from({ length: 1_000 }, (_, i) => Number(i >= 800 && i < 860));
    const { metrics, baselines } = await evaluateSeriesDetector('var', frame, labels, { learnt: 500, seed: 1 });
    expect(metrics.vus_pr).toBeGreaterThan(0.8);
    expect(metrics.vus_pr).toBeGreaterThan((baselines.everything?.vus_pr as number) + 0.5);
    expect(metrics).toMatchObject({ events: 1, events_found: 1, event_recall_at_1_percent: 1 });
    expect(metrics.minutes_of_warning).toBeGreaterThan(50 * 60);
    const faults = await evaluateSeriesDetector('device-faults', frame, labels, { learnt: 500, seed: 1 });
    expect(faults.metrics.events_found).toBe(1);
    expect(faults.metrics.false_positive_rate).toBeLessThan(0.02);
    await expect(evaluateSeriesDetector('var', frame, new Float64Array(1_000), { learnt: 500, seed: 1 })).rejects.toThrow(/labelled/);
    await expect(evaluateSeriesDetector('sequence', frame, labels, { learnt: 500, seed: 1 })).rejects.toThrow(/no detector of readings/);
  });
});

describe('training that was interrupted', () => {
  it('goes on from its checkpoint to the same bytes, and the grid skips what it measured', async () => {
    const frame = frameWith(800);
    const stored = new Map<string, Uint8Array>();
    const checkpoints: FitCheckpoints = {
      read: async (name) => stored.get(name),
      write: async (name, bytes) => void stored.set(name, bytes),
    };
    const options = { algorithm: 'mlp' as const, steps: 2, seed: 5, settings: { window: 12, epochs: 6, batchSize: 32 } };
    const theta = async (extra: object) => {
      const { model } = await trainForecast(frame, { ...options, ...extra });
      return packForecastModel(model);
    };
    const whole = await theta({});
    const interrupt = new AbortController();
    const cut: FitCheckpoints = {
      ...checkpoints,
      write: async (name, bytes) => {
        stored.set(name, bytes);
        interrupt.abort(new Error('interrupted'));
      },
    };
    await expect(theta({ checkpoints: cut, signal: interrupt.signal })).rejects.toThrow('interrupted');
    expect(stored.size).toBe(1);
    const losses: number[] = [];
    expect(await theta({ checkpoints, progress: (_: number, loss: number) => losses.push(loss) })).toEqual(whole);
    expect(losses.length).toBeLessThan(6);
    expect(await theta({ checkpoints, seed: 6 })).not.toEqual(whole);

    const grid = { algorithm: ['mlp', 'ridge'], window: [8, 12], epochs: [2] };
    const found = await searchForecast(frame, grid, { steps: 2, seed: 1, parallel: 2, checkpoints });
    expect(found.length).toBe(3);
    expect(found.map(({ smape }) => smape)).toEqual([...found.map(({ smape }) => smape)].sort((a, b) => a - b));
    const written = stored.size;
    const again = await searchForecast(frame, grid, { steps: 2, seed: 1, parallel: 1, checkpoints });
    expect(again).toEqual(found);
    expect(stored.size).toBe(written);
  });
});
