import { z } from 'zod';

export const config = z.strictObject({
  trees: z.int().min(1).max(500).default(50).describe('Trees of random halvings.'),
  depth: z.int().min(1).max(16).default(10).describe('Halvings from root to leaf.'),
});

export type HalfSpaceConfig = z.output<typeof config>;
