import { z } from 'zod';

export const config = z.strictObject({
  warmUp: z.int().min(3).max(10_000).default(12).describe('Intervals of a series before its first one is rated.'),
  memory: z.int().min(12).max(100_000).default(288).describe('Intervals over which the level of a series forgets.'),
  shiftAfter: z.int().min(3).max(1_000).default(6).describe('Unusual intervals on one side after which they are the new level.'),
  maxSeries: z.int().min(1).max(1_000_000).default(20_000).describe('Series remembered (about 2 KB each); further ones are not rated.'),
});

export type RateConfig = ReturnType<typeof config.parse>;
