import { z } from 'zod';
import { listOf, numberSchema, timeBoundSchema, timeSchema } from './common.ts';

const name = z.string().regex(/^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/);
/** As it is written in the configuration (docs/features.md). */
const declaration = z.record(z.string().max(64), z.unknown());

export const featuresList = listOf(
  z.object({
    name: z.string(),
    /** Came with the program; false = declared in the configuration. */
    shipped: z.boolean(),
    declaration,
  }),
);

export const featurePreviewBody = z
  .strictObject({
    /** A declared feature, or the name of the declaration given. */
    name: name.default('preview'),
    declaration: declaration.optional(),
    source: z.string().max(64).optional(),
    /** Half-open, microseconds; windows lie wholly inside. */
    from: timeBoundSchema.optional(),
    to: timeBoundSchema.optional(),
    /** Windows shown, the earliest. */
    limit: z.number().int().min(1).max(1000).default(100),
  })
  .describe('a declared feature by name, or a declaration to try');

export const featurePreviewSchema = z.object({
  name: z.string(),
  /** Kind of events. */
  kind: z.string(),
  keyColumns: z.array(z.string()),
  columns: z.array(z.string()),
  /** The settled part of the time asked for. */
  from: timeSchema,
  to: timeSchema,
  /** Windows by start, then key; null where an aggregate has no value. */
  items: z.array(
    z.object({
      keys: z.array(z.string()),
      start: timeSchema,
      end: timeSchema,
      events: z.number(),
      values: z.array(numberSchema),
    }),
  ),
  /** There are more windows than are shown. */
  more: z.boolean(),
});
