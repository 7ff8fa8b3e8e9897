import { describe, expect, it } from 'vitest';
import { weeklyLoad, weeklyLoadDay } from '../../../testing/weekly-load.ts';
import { FORECASTER_SIZE, OnlineForecaster } from './online-forecaster.ts';
import type { HourRating } from './week-rhythm.ts';

const SEEDS = [1, 2, 3, 4, 5, 6];
/** -ln of 0.1 %. */
const TOLD = Math.log(1000);

function run(load: Parameters<typeof weeklyLoad>[0]) {
  const forecaster = new OnlineForecaster(new Float64Array(FORECASTER_SIZE));
  const hours: HourRating[] = [];
  const errors: number[] = [];
  for (const { time, value } of weeklyLoad(load)) {
    const { error, hour } = forecaster.push(time * 1000, value);
    if (hour !== undefined) hours.push(hour);
    errors.push(Math.abs(error));
  }
  return { forecaster, hours, errors };
}

const toldOn = (hours: readonly HourRating[], day: number) =>
  hours.filter(({ score, start }) => score > TOLD && start >= weeklyLoadDay(day) && start < weeklyLoadDay(day + 1)).length;

describe.each([60, 15])('rhythm of the week, a reading every %i min', (minutes) => {
  it('tells of a Saturday at ten times its load and of an idle Wednesday, each once or twice', () => {
    for (const seed of SEEDS) {
      const busy = run({ seed, weeks: 5, minutes, days: { 26: (usual) => 10 * usual } });
      const idle = run({ seed, weeks: 5, minutes, days: { 23: (_, random) => Math.floor(3 * random()) } });
      for (const told of [toldOn(busy.hours, 26), toldOn(idle.hours, 23)]) {
        expect(told).toBeGreaterThan(0);
        expect(told).toBeLessThan(4);
      }
    }
  });

  it('is quiet where nothing is unusual, and forecasts what the last value alone does not know', () => {
    let told = 0;
    let judged = 0;
    for (const seed of SEEDS) {
      const { hours, errors, forecaster } = run({ seed, weeks: 8, minutes });
      judged += hours.length;
      told += hours.filter(({ score }) => score > TOLD).length;
      const values = weeklyLoad({ seed, weeks: 8, minutes }).map(({ value }) => value);
      const half = values.length / 2;
      const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
      const last = sum(values.slice(half).map((value, i) => Math.abs(value - (values[half + i - 1] as number))));
      expect(sum(errors.slice(half)) / last).toBeLessThan(minutes === 60 ? 0.65 : 0.95);
      expect(forecaster.method).toBe('rhythm of the week');
    }
    expect(judged).toBeGreaterThan(5_000);
    expect(told / judged).toBeLessThan(0.001);
  });
});

it('takes what lasts a week for the new rhythm', () => {
  const twice = Object.fromEntries(Array.from({ length: 42 }, (_, i) => [28 + i, (usual: number) => 2 * usual + 20]));
  const { hours } = run({ seed: 1, weeks: 10, minutes: 60, days: twice });
  const after = (day: number) => hours.filter(({ score, start }) => score > TOLD && start >= weeklyLoadDay(day)).length;
  expect(toldOn(hours, 28)).toBeGreaterThan(0);
  expect(after(28)).toBeLessThan(6);
  expect(after(56)).toBe(0);
});
