import { z } from 'zod';
import { SURPRISE_ARMS } from './arms.ts';

export const config = z.strictObject({
  arms: z
    .array(z.enum(SURPRISE_ARMS))
    .min(1)
    .default(['mean', 'max'])
    .describe(
      'What is combined of the surprises (nats) of a sequence. `mean` and `rms` suit traces cut out of running processes, where one rare event means little. `end` counts the end, which is one of the surprises, once more.',
    ),
  cell: z.enum(['gru', 'lstm']).default('gru').describe('Recurrent cell of the next-event network.'),
  history: z.int().min(1).max(200).default(10).describe('Events before the predicted one; shorter beginnings are padded on the left.'),
  layers: z.int().min(1).max(4).default(1).describe('Recurrent layers.'),
  units: z.int().min(4).max(512).default(64).describe('Units of each recurrent layer.'),
  embedding: z.int().min(2).max(256).default(32).describe('Length of the vector that stands for an event.'),
  top: z.int().min(1).max(1000).default(9).describe('An event outside the `top` most probable next ones counts as unexpected.'),
  endToken: z
    .boolean()
    .default(true)
    .describe('Treat the end of a sequence as an event: short or cut-off sessions stand out. Off for windows that end by the clock.'),
  epochs: z.int().min(1).max(1000).default(12).describe('Passes over the training windows.'),
  batchSize: z.int().min(8).max(8192).default(256).describe('Windows per training step.'),
  learningRate: z.number().positive().max(1).default(0.003).describe("Adam's step size."),
  folds: z
    .int()
    .min(2)
    .max(20)
    .default(3)
    .describe('Contiguous blocks scored by a network that has not seen them; each costs one training.'),
  parameters: z
    .boolean()
    .default(false)
    .describe('Watch time gaps and numbers of each template as well. Costs recall for odd orders where normal numbers vary widely.'),
  maxVocabulary: z.int().min(1).max(50_000).default(2_000).describe('Distinct events remembered; later ones count as unseen.'),
  maxWindows: z.int().min(100).max(5_000_000).default(300_000).describe('Training windows; a larger set is thinned evenly.'),
  maxCalibration: z.int().min(100).max(1_000_000).default(50_000).describe('Calibration scores kept; the oldest go first.'),
  seed: z.int().default(1).describe('Decides initial weights and the order of training.'),
});

export type DeepLogConfig = ReturnType<typeof config.parse>;
