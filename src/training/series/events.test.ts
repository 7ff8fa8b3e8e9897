import { describe, expect, it } from 'vitest';
import { countEvents, joinCounts, recallAtBudget } from './events.ts';

describe('events', () => {
  const labels = [0, 0, 1, 1, 1, 0, 0, 0, 1, 0];
  const raised = [1, 0, 0, 1, 1, 1, 0, 1, 0, 0];

  it('counts what was found, how late, how early before the end, and false episodes', () => {
    const counts = countEvents(labels, raised);
    expect(counts).toEqual({ events: 2, found: 1, falseEpisodes: 2, normalRows: 6, delays: [1], warnings: [1] });
    expect(countEvents(labels, raised, 1).falseEpisodes).toBe(1);
    expect(joinCounts([counts, counts])).toMatchObject({ events: 4, delays: [1, 1] });
  });

  it('a budget of normal rows gives the threshold; raising everything alike finds nothing', () => {
    const scores = Float64Array.of(5, 1, 1, 6, 1, 2, 1, 1, 3, 1);
    expect(recallAtBudget(labels, scores, 0)).toBe(0.5);
    expect(recallAtBudget(labels, scores, 0.2)).toBe(1);
    expect(recallAtBudget(labels, new Float64Array(10).fill(1), 0.2)).toBe(0);
  });
});
