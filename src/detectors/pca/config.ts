import { z } from 'zod';

export const config = z.strictObject({
  varianceShare: z
    .number()
    .min(0.5)
    .max(0.9999)
    .default(0.99)
    .describe('Share of the variance of normal rows that the kept components carry; what they leave over is the score.'),
  folds: z
    .int()
    .min(2)
    .max(20)
    .default(5)
    .describe('Contiguous blocks of the training rows that are scored by a model that has not seen them.'),
  maxColumns: z
    .int()
    .min(2)
    .max(1024)
    .default(256)
    .describe('Distinct events with a column of their own, the most frequent first; the others share one.'),
});

export type PcaConfig = ReturnType<typeof config.parse>;
