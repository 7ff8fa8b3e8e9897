import { describe, expect, it } from 'vitest';
import { CommitPace } from './commit-pace.ts';

const SECOND = 1_000_000;
const EVERY = 2 * SECOND;

/** Seconds from the end of a commit until the next is due, and until one for alerts is. */
function rests(stoodMillis: number, writtenMillis: number): readonly [number, number] {
  const pace = new CommitPace(EVERY, 0);
  pace.committed(0, stoodMillis, writtenMillis);
  const first = (isDue: (now: number) => boolean) => {
    let at = 0;
    while (!isDue(at)) at += SECOND / 10;
    return at / SECOND;
  };
  return [first((now) => pace.isDue(now)), first((now) => pace.alertsAreDue(now))];
}

describe('the pace of commits', () => {
  it('is the configured one, and soon for alerts, where commits are quick', () => {
    expect(rests(20, 100)).toEqual([2, 0.2]);
  });

  it('leaves as much time between two as one is written', () => {
    expect(rests(20, 5_000)).toEqual([5, 5]);
  });

  it('keeps processing going nine tenths of the time, but nothing waits for long', () => {
    expect(rests(500, 100)).toEqual([4.5, 0.2]);
    expect(rests(60_000, 100)).toEqual([10, 0.2]);
  });
});
