import { expect, it } from 'vitest';
import { shownEnd } from './features.ts';

it('a session is shown to end with its last event, a window at its bound', () => {
  const end = Float64Array.of(2_000_001, 300_000_000);
  const batch = { offsets: Int32Array.of(0, 2, 4), times: Float64Array.of(1_000_000, 2_000_000, 5_000_000, 6_000_000), end };
  expect([shownEnd(batch, 0), shownEnd(batch, 1)]).toEqual([2_000_000, 300_000_000]);
  expect(shownEnd({ offsets: batch.offsets, end }, 0)).toBe(2_000_001);
});
