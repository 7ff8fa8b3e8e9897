import { z } from 'zod';

export const config = z.strictObject({
  algorithm: z.enum(['gradient-boosting', 'logistic', 'ensemble']).default('gradient-boosting').describe('What learns the classes.'),
  rounds: z.int().min(1).max(10_000).default(100).describe('Rounds of boosting, one tree per class each.'),
  leaves: z.int().min(2).max(1024).default(31).describe('Most leaves of a tree.'),
  learningRate: z.number().min(0.001).max(1).default(0.1).describe('Share of each tree that is added.'),
  minLeafRows: z.int().min(1).default(20).describe('Fewest rows of a leaf.'),
  l2: z.number().min(0).default(1).describe('Penalty on the size of leaf values.'),
  maxStep: z.number().min(1e-6).default(3).describe('Largest answer of a leaf before the learning rate.'),
  classWeights: z.enum(['none', 'balanced']).default('none').describe('Whether rare classes weigh as much as frequent ones.'),
  patience: z.int().min(1).optional().describe('Stop after so many rounds without a better validation loss.'),
  epochs: z.int().min(1).max(10_000).default(20).describe('Passes of the logistic regression over the rows.'),
  folds: z
    .int()
    .min(2)
    .max(20)
    .default(3)
    .describe('Parts of the rows that an ensemble’s members predict unseen, to be weighed and calibrated.'),
  benign: z.string().optional().describe('Class of harmless rows (default: the label that reads as one, such as BENIGN or normal).'),
});

export type FlowClassifierConfig = z.output<typeof config>;
