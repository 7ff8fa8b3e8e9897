import { describe, expect, it } from 'vitest';
import { seededRandom } from '../core/index.ts';
import { sequenceBatch } from '../testing/batches.ts';
import { coreRows } from './common-patterns.ts';

const usual = ['a', 'b', 'c'];

describe('which unlabelled sessions to learn from', () => {
  it('learns from common patterns, whatever the order of their events', () => {
    const rows = Array.from({ length: 500 }, (_, i) => (i % 50 === 7 ? ['a', 'x'] : i % 2 === 0 ? usual : [...usual].reverse()));
    rows[3] = ['odd'];
    const { core, rest } = coreRows(sequenceBatch(rows));
    expect(rest).toEqual([3]);
    expect(core.length).toBe(499);
  });

  it('leaves out a fault that repeats identically, but rarely', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => (i % 125 === 0 ? ['a', 'fault'] : usual));
    expect(coreRows(sequenceBatch(rows)).rest).toEqual([0, 125, 250, 375, 500, 625, 750, 875]);
  });

  it('learns from rare combinations of common events where requests have nothing to do with one another, but from no rare event', () => {
    const random = seededRandom(3);
    const request = (): string => 'abcdef'[Math.floor(6 * random())] as string;
    const rows = Array.from({ length: 5000 }, (_, i) => (i % 8 === 7 ? [request(), request(), request()] : [request()]));
    rows[30] = ['a', 'x'];
    expect(coreRows(sequenceBatch(rows)).rest).toEqual([30]);
  });

  it('learns from everything where sessions are few or all different', () => {
    expect(coreRows(sequenceBatch(Array.from({ length: 50 }, (_, i) => [String(i)]))).rest).toEqual([]);
    expect(coreRows(sequenceBatch(Array.from({ length: 500 }, (_, i) => [String(i)]))).rest).toEqual([]);
  });
});
