import { z } from 'zod';

export const config = z.strictObject({
  windows: z
    .int()
    .min(100)
    .max(100_000)
    .default(5000)
    .describe('Latest windows of a source and a destination that are kept to learn from.'),
  flows: z
    .int()
    .min(60)
    .max(100_000)
    .default(4000)
    .describe('Most flows the arms learn from; of further windows only how usual they are is measured.'),
  neighbours: z.int().min(1).max(100).default(1).describe('Nearest learnt flows whose mean distance is compared.'),
  references: z.int().min(10).max(100_000).default(4000).describe('Most learnt flows kept to compare with, drawn at random.'),
  epochs: z.int().min(1).max(10_000).default(60).describe('Passes of the autoencoder over the learnt flows.'),
  rounds: z
    .int()
    .min(1)
    .max(10_000)
    .default(60)
    .describe('Trees of the classifier that tells flows from flows whose cells were exchanged.'),
});

export type FlowAlarmConfig = z.output<typeof config>;
