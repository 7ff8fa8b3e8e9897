import { describe, expect, it } from 'vitest';
import { durationMicros, durationText } from './duration.ts';

describe('durations in settings', () => {
  it('gives microseconds, or leaves the text', () => {
    expect(durationMicros().parse('5m')).toBe(300_000_000);
    expect(durationText().parse('5m')).toBe('5m');
    expect(durationMicros(false).parse('0s')).toBe(0);
  });

  it.each([
    ['soon', '"soon" is no duration; write a number and a unit such as 250ms, 10s, 5m, 2h or 7d'],
    ['5', '"5" is no duration; write a number and a unit such as 250ms, 10s, 5m, 2h or 7d'],
    ['0s', '"0s" is no time at all; write more than zero'],
  ])('refuses %s', (text, message) => {
    expect(
      durationMicros()
        .safeParse(text)
        .error?.issues.map((issue) => issue.message),
    ).toEqual([message]);
  });
});
