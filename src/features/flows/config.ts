import { z } from 'zod';

/** How single flows are scored by models that were trained on flows. */
export const flowScoring = z.strictObject({
  perSecond: z.int().min(1).max(1_000_000).default(5000).describe('most flows scored in a second of event time; further ones are counted'),
});

export type FlowScoring = z.output<typeof flowScoring>;
