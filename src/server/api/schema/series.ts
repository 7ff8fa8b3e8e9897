import { z } from 'zod';
import { cursorSchema, idParams, limitSchema, numberSchema, pageOf, timeQuerySchema, timeSchema } from './common.ts';

/** A series as it is now; what only a running detector knows is null where nothing runs. */
export const seriesSchema = z.object({
  id: z.string(),
  source: z.string(),
  entity: z.string(),
  name: z.string(),
  /** The name in words: texts of templates instead of their ids. */
  title: z.string(),
  /** `stored`: nothing runs that follows it. */
  state: z.enum(['learning', 'ready', 'stored']),
  /** Readings so far, and those it is judged from. */
  readings: numberSchema,
  needed: numberSchema,
  /** When it will be judged, or has been from. */
  readyAt: timeSchema,
  /** Last reading, its time, and the usual distance of two, microseconds. */
  lastValue: numberSchema,
  lastTime: timeSchema,
  step: numberSchema,
  /** How abnormal the last reading was: minus ln of a tail probability. */
  abnormal: numberSchema,
  /** Of a stored series: of its most abnormal reading; of one of no upload, among its newest ones. */
  highest: numberSchema,
  /** Of the next reading; 98 % of the readings so far lay within. */
  expected: numberSchema,
  lower: numberSchema,
  upper: numberSchema,
  /** What forecasts at present, in words. */
  method: z.string().nullable(),
  /** How far its network is; null for a series that has none and collects no readings for one. */
  network: z
    .object({
      state: z.enum(['collecting', 'training', 'used', 'not better', 'failed']),
      /** Readings it could be trained on, and those the first training needs. */
      readings: z.number(),
      needed: z.number(),
      /** Kind of network, and the series of the entity that share it. */
      algorithm: z.string(),
      channels: z.number(),
      /** When the next one takes effect, at the earliest. */
      readyAt: z.number(),
      /** Mean absolute errors on readings held back. */
      errors: z.object({ network: z.number(), profile: z.number() }).optional(),
      reason: z.string().optional(),
    })
    .nullable(),
});

export const seriesQuery = z.strictObject({
  source: z.string().max(256).optional(),
  entity: z.string().max(256).optional(),
  /** Part of entity or name. */
  contains: z.string().max(256).optional(),
  order: z.enum(['abnormal', 'name']).default('abnormal'),
  limit: limitSchema.default(100),
  cursor: cursorSchema.optional(),
});
export const seriesPage = pageOf(seriesSchema).extend({ total: z.number() });

export const seriesParams = idParams;

/** Half-open, microseconds; absent = the last 240 readings of the series, at least an hour; of an upload everything. */
export const pointsQuery = z.strictObject({
  from: timeQuerySchema.optional(),
  to: timeQuerySchema.optional(),
  buckets: z.coerce.number().int().min(1).max(5000).default(400),
  /** Steps that are forecast. */
  ahead: z.coerce.number().int().min(0).max(1000).default(60),
});

export const seriesBucketSchema = z.object({
  start: z.number(),
  points: z.number(),
  min: numberSchema,
  max: numberSchema,
  mean: numberSchema,
  expected: numberSchema,
  lower: numberSchema,
  upper: numberSchema,
  score: numberSchema,
});

export const seriesDetailSchema = z.object({
  series: seriesSchema,
  from: z.number(),
  to: z.number(),
  bucketMicros: z.number(),
  /** Ascending; stretches without readings are left out. */
  buckets: z.array(seriesBucketSchema),
  /** From the last reading on. */
  forecast: z.array(z.object({ time: z.number(), expected: numberSchema, lower: numberSchema, upper: numberSchema })),
  /** Alerts of the series that touch the range. */
  marks: z.array(
    z.object({ id: z.string(), title: z.string(), severity: z.number(), start: timeSchema, end: timeSchema, detector: z.string() }),
  ),
});
