import { type Random, seededRandom } from '../core/index.ts';

const DAY_MS = 86_400_000;
/** A Monday. */
const WEEKLY_LOAD_FROM = Date.UTC(2025, 0, 6);

interface WeeklyLoad {
  readonly seed: number;
  readonly weeks: number;
  readonly minutes: number;
  /** What a day is instead, by its number from 0 on. */
  readonly days?: Readonly<Record<number, (usual: number, random: Random) => number>>;
}

/** Requests from Monday 00:00 on: busy working days, nearly idle nights and weekends; counts whose noise lasts from reading to reading. */
export function weeklyLoad({ seed, weeks, minutes, days = {} }: WeeklyLoad): { readonly time: number; readonly value: number }[] {
  const random = seededRandom(seed);
  const normal = () => random() + random() + random() - 1.5;
  const peak = 80 + 60 * random();
  let lasting = 0;
  return Array.from({ length: (weeks * 7 * 1440) / minutes }, (_, i) => {
    const time = WEEKLY_LOAD_FROM + i * minutes * 60_000;
    const day = Math.floor((i * minutes) / 1440);
    const hour = ((i * minutes) % 1440) / 60;
    const shape = hour > 6 && hour < 20 ? Math.sin((Math.PI * (hour - 6)) / 14) : 0;
    const weekend = day % 7 >= 5;
    lasting = 0.6 * lasting + 0.15 * normal();
    const mean = ((weekend ? 0.06 : 1) * peak * shape + (weekend ? 3 : 6)) * Math.exp(lasting);
    const usual = Math.max(0, Math.round(mean + 2 * Math.sqrt(mean) * normal()));
    return { time, value: days[day]?.(usual, random) ?? usual };
  });
}

export function weeklyLoadCsv(load: WeeklyLoad): string {
  const rows = weeklyLoad(load).map(({ time, value }) => `${new Date(time).toISOString()},${value}`);
  return `timestamp,requests\n${rows.join('\n')}\n`;
}

/** When a day of a load begins, microseconds. */
export function weeklyLoadDay(day: number): number {
  return (WEEKLY_LOAD_FROM + day * DAY_MS) * 1000;
}
