import { z } from 'zod';
import { placeOption } from '../../core/index.ts';
import { LEVELS } from './rule.ts';

export const config = z.strictObject({
  rules: placeOption()
    .optional()
    .describe('Folder of Sigma rules (*.yml), or a tar.gz archive of one, besides those that come with the program.'),
  own: z.boolean().default(true).describe('Use the rules that come with the program.'),
  minLevel: z.enum(LEVELS).default('low').describe('Rules below this level raise nothing of their own; correlations still count them.'),
  idle: z.int().min(1).max(86_400).default(3600).describe('Seconds without a match after which a rule reports the same entity anew.'),
  maxEpisodes: z.int().min(100).max(1_000_000).default(20_000).describe('Open findings kept in memory; the one silent longest goes first.'),
});

export type SigmaConfig = ReturnType<typeof config.parse>;
