import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/index.ts';
import { VarResidual } from '../../ml/index.ts';
import { DATASETS, missing, needs } from '../../testing/datasets.ts';
import { skabQuality } from './skab-quality.ts';

describe('vector autoregression', () => {
  it('notices that a channel no longer follows another, from that row on only', () => {
    const random = seededRandom(2);
    const a = Float64Array.from({ length: 400 }, () => random());
    const b = a.map((_, i) => (i >= 300 ? random() : (a[Math.max(0, i - 1)] as number)) + 0.01 * random());
    const times = a.map((_, i) => i * 1e6);
    const frame = (rows: number) => ({
      rows,
      channels: ['a', 'b'],
      times: times.slice(0, rows),
      values: [a.slice(0, rows), b.slice(0, rows)],
      step: 1e6,
    });
    const model = new VarResidual({ lags: 2 });
    model.fit(frame(200));
    const score = model.score(frame(400));
    const mean = (from: number, to: number) => score.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
    expect(mean(310, 400)).toBeGreaterThan(3 * mean(210, 300));
    expect(model.score(frame(250)).slice(2)).toEqual(score.slice(2, 250));
  });

  it.skipIf(missing('series/skab/other/1.csv.gz'))(needs('beats the trivial baselines on SKAB', 'series/skab/other/1.csv.gz'), async () => {
    const { json } = await skabQuality({ folder: DATASETS, commit: 'test', log: () => {} });
    const rows = (json as { rows: { model: string; f1: number; false_alarm_rate: number }[] }).rows;
    expect(rows.find(({ model }) => model === 'VAR(2) residual')?.false_alarm_rate).toBeLessThan(0.25);
    const f1 = (name: string) => rows.find(({ model }) => model === name)?.f1 as number;
    expect(f1('VAR(2) residual')).toBeGreaterThan(0.81);
    expect(f1('everything')).toBeCloseTo(0.698, 2);
    expect(f1('distance from the mean')).toBeLessThan(f1('VAR(2) residual'));
  });
});
