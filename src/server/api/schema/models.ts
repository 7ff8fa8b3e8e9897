import { z } from 'zod';
import { listOf, numberSchema, tenantParams, timeSchema } from './common.ts';

const aliases = z.array(z.enum(['champion', 'candidate']));
const metrics = z.record(z.string(), numberSchema);

export const modelSummarySchema = z.object({
  name: z.string(),
  version: z.number(),
  detector: z.string(),
  createdAt: timeSchema,
  aliases,
  metrics,
});
export const modelsList = listOf(modelSummarySchema);

export const modelSchema = modelSummarySchema.extend({
  program: z.string(),
  seed: z.number(),
  data: z.object({ from: timeSchema, to: timeSchema, rows: z.number(), sha256: z.string() }),
  features: z.record(z.string(), z.unknown()),
  hyperParameters: z.record(z.string(), z.unknown()),
  calibration: z.record(z.string(), z.unknown()),
  files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
  importedFrom: z.string().optional(),
  sha256: z.string(),
});

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/);
export const modelParams = tenantParams.extend({ name });
export const modelVersionParams = modelParams.extend({ version: z.coerce.number().int().min(1) });
