import { z } from 'zod';
import { verdictSchema } from './alerts.ts';
import { numberSchema, timeSchema } from './common.ts';

const verdictCounts = z.object({ 'true-positive': z.number(), 'false-positive': z.number(), benign: z.number() });
const rating = z.object({ score: numberSchema, pValue: numberSchema, flagged: z.boolean() });

/** What labels teach: those in force, and what they change about the stored alerts of each detector. */
export const feedbackSchema = z.object({
  labels: verdictCounts,
  /** What is no longer raised because somebody said so: everywhere, or for one entity. */
  allowed: z.array(
    z.object({
      alertId: z.string(),
      verdict: verdictSchema,
      detector: z.string(),
      source: z.string(),
      title: z.string(),
      /** Null = wherever it occurs. */
      entity: z.string().nullable(),
      note: z.string(),
      by: z.string(),
      at: timeSchema,
    }),
  ),
  detectors: z.array(
    z.object({
      source: z.string(),
      detector: z.string(),
      model: z.string(),
      labels: verdictCounts,
      /** False where it does not run, has learnt nothing yet, or cannot tell: then nothing below is known. */
      known: z.boolean(),
      /** Score above which a unit is flagged, without and with the labels. */
      threshold: z.object({ before: numberSchema, after: numberSchema }),
      /** Stored alerts looked at, the newest; of those, flagged without labels and not with them, and the other way round. */
      looked: z.number(),
      suppressed: z.number(),
      raised: z.number(),
      /** Those whose rating the labels change, the most changed first: as the detector would rate them now. */
      alerts: z.array(
        z.object({
          id: z.string(),
          time: timeSchema,
          title: z.string(),
          entity: z.string(),
          severity: z.number(),
          verdict: verdictSchema.optional(),
          before: rating,
          after: rating,
        }),
      ),
    }),
  ),
});
export type FeedbackBody = z.output<typeof feedbackSchema>;
