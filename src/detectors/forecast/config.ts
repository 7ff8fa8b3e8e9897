import { z } from 'zod';

export const config = z.strictObject({
  stuckAtLeast: z.int().min(2).max(10_000).default(10).describe('Equal readings in a row before a device can count as stuck.'),
  rangeMargin: z.number().min(0).max(10).default(0.15).describe('Share of the range seen by which a reading may leave it.'),
  warmUp: z.int().min(10).max(100_000).default(60).describe('Readings of a series before range and stuck are judged.'),
  maxSeries: z.int().min(1).max(1_000_000).default(20_000).describe('Series remembered (about 1 KB each); further ones are not rated.'),
});

export type ForecastConfig = ReturnType<typeof config.parse>;
