import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../core/index.ts';
import { FORECASTER_SIZE, OnlineForecaster } from './online-forecaster.ts';

const MINUTE = 60_000_000;
const START = Date.UTC(2026, 0, 5) * 1000;

/** A day's rhythm with noise, a value a minute from Monday 00:00 on; half an amplitude less at weekends. */
function run(days: number, weekend = 1): { minute: number; error: number; spread: number }[] {
  const forecaster = new OnlineForecaster(new Float64Array(FORECASTER_SIZE));
  const random = seededRandom(3);
  return Array.from({ length: days * 1440 }, (_, minute) => {
    const day = Math.floor(minute / 1440) % 7;
    const size = day > 4 ? 3 * weekend : 3;
    const value = 20 + size * Math.sin((2 * Math.PI * minute) / 1440) + 0.1 * (random() + random() + random() - 1.5);
    const { error, spread } = forecaster.push(START + minute * MINUTE, value);
    return { minute, error: Math.abs(error), spread };
  });
}

describe('OnlineForecaster', () => {
  it('goes over into an hour it does not know without a jump', () => {
    const judged = run(1).filter(({ minute }) => minute >= 120);
    const within = judged.filter(({ minute }) => minute % 60 > 5).reduce((most, { error }) => Math.max(most, error), 0);
    const first = judged.filter(({ minute }) => minute % 60 === 0).map(({ error }) => error);
    expect(Math.max(...first)).toBeLessThan(1.2 * within);
  });

  it('takes the first Saturday for a day like the others', () => {
    const saturday = run(6).filter(({ minute }) => minute >= 5 * 1440);
    expect(saturday.filter(({ error, spread }) => error > 6 * spread)).toEqual([]);
  });
});
