import { z } from 'zod';

export const config = z.strictObject({
  neighbours: z.int().min(1).max(100).default(1).describe('Nearest learnt rows whose mean distance is compared.'),
  references: z.int().min(10).max(100_000).default(10_000).describe('Most learnt rows kept, drawn at random.'),
  epochs: z.int().min(1).max(10_000).default(100).describe('Passes of the autoencoder over the training rows.'),
  rounds: z.int().min(1).max(10_000).default(100).describe('Trees of the classifier that tells rows from rows whose cells were exchanged.'),
});

export type FlowNoveltyConfig = z.output<typeof config>;
