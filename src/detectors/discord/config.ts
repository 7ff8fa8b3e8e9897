import { z } from 'zod';

export const config = z.strictObject({
  memory: z.int().min(100).max(100_000).default(4_000).describe('Readings of a series that its latest ones are compared with.'),
  short: z
    .int()
    .min(2)
    .max(1_000)
    .default(20)
    .describe('Readings whose mean distance is held against all before: more find lasting changes, fewer brief ones.'),
  maxSeries: z
    .int()
    .min(1)
    .max(100_000)
    .default(1_000)
    .describe('Series remembered (about 64 KB each, 32 KB in a checkpoint); further ones are not rated.'),
});

export type DiscordConfig = ReturnType<typeof config.parse>;
