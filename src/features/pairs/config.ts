import { z } from 'zod';
import { durationMicros } from '../../core/index.ts';

const duration = (preset: string) => durationMicros().prefault(preset);

/** How flows become windows of a source and a destination. */
export const pairConfig = z.strictObject({
  window: duration('30m').describe('flows of a source and a destination that end within this time are judged together'),
  flows: z.int().min(1).max(100).default(10).describe('most flows of a window that are looked at, drawn at random'),
  lateness: duration('11m').describe('how long a window waits for flows that are reported after their end, such as idle ones'),
  maxPairs: z.int().min(10).max(1_000_000).default(20_000).describe('most pairs in open windows; further ones are counted and not judged'),
});

export type PairConfig = z.output<typeof pairConfig>;
