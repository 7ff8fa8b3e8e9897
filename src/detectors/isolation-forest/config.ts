import { z } from 'zod';

export const config = z.strictObject({
  trees: z.int().min(1).max(1000).default(100).describe('Trees of random cuts.'),
  sample: z.int().min(2).max(65_536).default(256).describe('Rows each tree is grown from.'),
});

export type IsolationForestConfig = z.output<typeof config>;
