import { describe, expect, it } from 'vitest';
import { RecentIds } from './recent-ids.ts';

describe('recent ids', () => {
  it('are new once, and again when they have been forgotten', () => {
    const ids = new RecentIds(2);
    expect(['a', 'a', 'b', 'c', 'b', 'a'].map((id) => ids.add(id))).toEqual([true, false, true, true, false, true]);
  });
});
