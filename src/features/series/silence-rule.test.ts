import { expect, it } from 'vitest';
import { LONGER, notePause } from './silence-rule.ts';

const [MINUTE, HOUR] = [60e6, 3_600e6];
const DAY = 24 * HOUR;

/** What a device must be silent for, after reports a minute apart with the given pauses at the beginning of each day. */
function bound(days: number, pauseOf: (day: number) => number): number {
  const pauses = { longest: 0, second: 0 };
  for (let day = 0; day < days; day++) {
    const pause = pauseOf(day);
    if (pause > 0) notePause(pauses, pause);
    for (let left = DAY - pause; left > 0; left -= 10 * MINUTE) notePause(pauses, 10 * MINUTE);
  }
  return LONGER * pauses.second;
}

it('two outages of half a year ago no longer hide a silence, the nights and months by which a device rests still do', () => {
  const outages = (day: number) => (day < 2 ? 12 * HOUR : 0);
  expect(bound(2, outages)).toBeGreaterThan(20 * HOUR);
  expect(bound(182, outages)).toBeLessThan(4 * HOUR);
  expect(bound(60, () => 8 * HOUR)).toBeGreaterThan(15 * HOUR);
  expect(bound(150, (day) => (day % 30 === 0 ? 20 * HOUR : 0))).toBeGreaterThan(20 * HOUR);
});
