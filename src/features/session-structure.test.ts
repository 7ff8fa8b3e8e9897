import { describe, expect, it } from 'vitest';
import { seededRandom } from '../core/index.ts';
import { type SessionPattern, structureOf } from './session-structure.ts';

function patternsOf(sessions: readonly (readonly number[])[]): SessionPattern[] {
  const counts = new Map<string, number>();
  for (const session of sessions) {
    const key = [...session].sort((a, b) => a - b).join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => ({ codes: Int32Array.from(key.split(' ').map(Number)), count }));
}

describe('structure of sessions', () => {
  it('is about 1 where every event is drawn for itself, whatever the lengths and frequencies', () => {
    for (const skew of [0, 1]) {
      const random = seededRandom(7);
      const event = (): number => Math.floor(6 * random() ** (1 + skew));
      const sessions = Array.from({ length: 4000 }, (_, i) => Array.from({ length: 1 + (i % 4) }, event));
      expect(structureOf(patternsOf(sessions))).toBeGreaterThan(0.9);
      expect(structureOf(patternsOf(sessions))).toBeLessThan(1.1);
    }
  });

  it('is large where sessions follow a procedure', () => {
    const sessions = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? [1, 2, 3, 4, 5] : [1, 2, 3, 3, 6]));
    expect(structureOf(patternsOf(sessions))).toBeGreaterThan(10);
  });

  it('is not known from sessions of one event', () => {
    expect(structureOf(patternsOf([[1], [1], [2]]))).toBeNaN();
  });
});
