import { z } from 'zod';
import { numberSchema, tenantParams } from './common.ts';

const duration = z.string().regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, 'write a duration such as 12h or 30d');
const size = z.union([z.number().int().min(0), z.string().regex(/^\d+(\.\d+)?\s?([KMGT]i?B|B)?$/i, 'write a size such as 20GiB')]);
const configured = z.looseObject({ type: z.string().min(1).max(64), name: z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/) });

const components = {
  sources: z.array(z.looseObject({ type: z.string(), name: z.string() })),
  sinks: z.array(z.looseObject({ type: z.string(), name: z.string() })),
};

export const settingsSchema = z.object({
  /** The configuration file; empty where there is none to write to. */
  file: z.string(),
  alertBudget: z.number(),
  promisedRate: z.number(),
  /** Microseconds and bytes. */
  retention: z.object({ maxAge: numberSchema, maxBytes: numberSchema, alertAge: numberSchema }),
  /** In force, with every default; secrets are hidden. */
  ...components,
  /** As the file says it, without defaults; what is sent back changed replaces it. Hidden values that are sent back stay as they are. */
  written: z.object(components),
});

export const settingsChangeSchema = z.strictObject({
  /** Expected false alerts a day that people are told about. */
  alertBudget: z.number().positive().max(10_000).optional(),
  promisedRate: z.number().gt(0).lt(1).optional(),
  retention: z.strictObject({ maxAge: duration.optional(), maxBytes: size.optional(), alertAge: duration.optional() }).optional(),
});
/** A new one, or one of the same name replaced. */
export const sourceChangeSchema = z.strictObject({ source: configured });
export const sinkChangeSchema = z.strictObject({ sink: configured });
export const namedParams = tenantParams.extend({ name: z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/) });
export const detectorModelSchema = z.strictObject({
  /** NAME, NAME@VERSION or NAME@champion; null = it learns from its source again. */
  model: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}(@(\d{1,9}|champion|candidate))?$/)
    .nullable(),
});
