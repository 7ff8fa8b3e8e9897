import { z } from 'zod';

export const ARMS = ['count-vector', 'language-model', 'language-model-rms', 'indel'] as const;
export type Arm = (typeof ARMS)[number];

export const config = z.strictObject({
  arms: z
    .array(z.enum(ARMS))
    .min(1)
    .default([...ARMS])
    .describe(
      "What is compared with normal sequences; more than one is combined by Fisher's method. `[language-model, language-model-rms]` with `order: 15` and `countOnce: true` suits traces cut out of long-running processes.",
    ),
  order: z.int().min(2).max(20).default(8).describe('Events an n-gram of the language model spans.'),
  countOnce: z
    .boolean()
    .default(false)
    .describe('Count an n-gram once a sequence, however often it comes there: loops and long sequences weigh no more than others.'),
  endToken: z
    .boolean()
    .default(true)
    .describe('Treat the end of a sequence as an event: short or cut-off sessions stand out. Off for windows that end by the clock.'),
  folds: z
    .int()
    .min(2)
    .max(20)
    .default(5)
    .describe('Contiguous blocks of the training rows that are scored by a model that has not seen them.'),
  maxVocabulary: z.int().min(1).max(1_000_000).default(100_000).describe('Distinct events remembered; later ones count as unknown.'),
  maxGrams: z.int().min(1000).max(20_000_000).default(4_000_000).describe('n-grams the language model keeps (about 64 bytes each).'),
  maxVectors: z.int().min(1).max(200_000).default(20_000).describe('Distinct count vectors kept to compare with.'),
  maxVectorEntries: z.int().min(1000).max(50_000_000).default(4_000_000).describe('Non-zero counts kept in all those vectors together.'),
  indelEvents: z.int().min(8).max(4000).default(400).describe('Leading events of a sequence compared in order.'),
  indelReferences: z.int().min(1).max(20_000).default(1200).describe('Distinct sequences kept to compare with in order.'),
  maxCalibration: z.int().min(100).max(1_000_000).default(50_000).describe('Calibration scores kept; the oldest go first.'),
});

export type SequenceConfig = ReturnType<typeof config.parse>;
