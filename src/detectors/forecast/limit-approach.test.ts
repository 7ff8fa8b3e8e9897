import { describe, expect, it } from 'vitest';
import { LimitApproach } from './limit-approach.ts';

const SECOND = 1e6;

describe('approach of a limit', () => {
  /** Distances, one a second, from `from` on. */
  const follow = (approach: LimitApproach, distances: readonly number[], from: number) => {
    for (const [i, distance] of distances.entries()) approach.push((from + i + 1) * SECOND, distance, 0.01);
    return from + distances.length;
  };
  const line = (from: number, to: number, seconds: number) => Array.from({ length: seconds }, (_, i) => from + ((to - from) * i) / seconds);

  it('knows since when it goes on, however long it stood still before', () => {
    const approach = new LimitApproach();
    const burst = follow(approach, [...line(0.8, 0.8, 3_000), ...line(0.8, 0.5, 300)], 0);
    expect(approach.lasted(0.001)).toBeGreaterThan(290);
    expect(approach.lasted(0.001)).toBeLessThan(420);
    follow(approach, line(0.5, 0.8, 60), burst);
    expect(approach.lasted(0.001)).toBeLessThan(10);
  });

  it('makes little of a rise where earlier ones came as far and ended, and more of one where they crossed', () => {
    const ended = new LimitApproach();
    const crossed = new LimitApproach();
    let at = 0;
    for (let i = 0; i < 10; i++) {
      follow(ended, [...line(0.8, 0.1, 300), ...line(0.1, 0.8, 300)], at);
      at = follow(crossed, [...line(0.8, -0.05, 300), ...line(-0.05, 0.8, 300)], at);
    }
    expect(new LimitApproach().goesOn(300, 100)).toBeCloseTo(0.75, 10);
    expect(ended.goesOn(300, 100)).toBeLessThan(0.1);
    expect(crossed.goesOn(300, 100)).toBeGreaterThan(0.95);
    // None of them came as far as this.
    expect(ended.goesOn(300, 10)).toBeCloseTo(300 / 310, 10);
    // Three thousand small rises change nothing of that.
    for (let i = 0; i < 3_000; i++) at = follow(ended, [...line(0.8, 0.7, 20), ...line(0.7, 0.8, 20)], at);
    expect(ended.goesOn(300, 100)).toBeLessThan(0.1);
  });
});
