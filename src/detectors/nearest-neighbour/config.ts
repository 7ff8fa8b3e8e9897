import { z } from 'zod';

export const config = z.strictObject({
  neighbours: z.int().min(1).max(100).default(5).describe('Nearest learnt rows whose mean distance is the score.'),
  references: z.int().min(10).max(100_000).default(5000).describe('Most learnt rows kept, drawn at random.'),
});

export type NearestNeighbourConfig = z.output<typeof config>;
