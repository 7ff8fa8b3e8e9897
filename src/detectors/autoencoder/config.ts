import { z } from 'zod';

export const config = z.strictObject({
  hidden: z.int().min(1).max(1024).default(64).describe('Units of the layers before and after the middle.'),
  code: z.int().min(1).max(256).default(8).describe('Units of the middle.'),
  epochs: z.int().min(1).max(10_000).default(30).describe('Passes over the training rows.'),
});

export type AutoencoderConfig = z.output<typeof config>;
