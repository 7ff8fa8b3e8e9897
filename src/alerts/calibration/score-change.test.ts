import { describe, expect, it } from 'vitest';
import { CalibrationHistory } from './history.ts';
import { scoreChange } from './score-change.ts';

describe('scores of a detector that has learnt more', () => {
  it('move by the median of the rows that had them, between two like the nearer, never down', () => {
    const change = scoreChange(Float64Array.of(1, 1, 1, 10, 20), Float64Array.of(1.2, 1.5, 9, 12, 5));
    expect(change(1)).toBeCloseTo(1.5);
    expect(change(2)).toBeCloseTo(2.5);
    expect(change(9)).toBeCloseTo(11);
    expect(change(20)).toBe(20);
    expect(change(100)).toBe(100);
    expect(scoreChange(new Float64Array(0), new Float64Array(0))(7)).toBe(7);
  });

  it('keep the p-value of what is as usual as before', () => {
    const scores = Float64Array.from({ length: 2000 }, (_, i) => (i % 50 === 0 ? 14.9 : 1));
    const history = CalibrationHistory.fromScores(scores);
    const before = history.pValue(14.9).pValue;
    expect(history.pValue(15.2).pValue).toBeLessThan(0.001);
    history.rescale(scoreChange(Float64Array.of(1, 14.9), Float64Array.of(1, 15.2)));
    expect(history.pValue(15.2).pValue).toBeCloseTo(before, 12);
    expect(CalibrationHistory.restore(history.snapshot()).pValue(15.2).pValue).toBeCloseTo(before, 12);
  });
});
