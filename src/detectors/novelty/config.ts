import { z } from 'zod';
import { durationMicros } from '../../core/index.ts';

export const config = z.strictObject({
  warmUp: z.int().min(1).max(1_000_000).default(50).describe('Observations of an entity and field before first occurrences are rated.'),
  horizon: durationMicros().default(2_419_200_000_000).describe('A value not seen for so long counts as new again.'),
  maxPairs: z.int().min(16).max(10_000_000).default(100_000).describe('Pairs of entity and field remembered; the longest unseen go first.'),
  maxValues: z.int().min(2).max(1_000_000).default(1_000).describe('Values remembered of each pair; the longest unseen go first.'),
  maxHeld: z
    .int()
    .min(16)
    .max(100_000_000)
    .default(1_000_000)
    .describe('Values remembered of all pairs together; beyond it a pair forgets one for each new one.'),
  maxKnown: z.int().min(16).max(10_000_000).default(200_000).describe('Values remembered over all entities, to say where else they occur.'),
});

export type NoveltyConfig = ReturnType<typeof config.parse>;
