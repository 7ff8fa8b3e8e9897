import { z } from 'zod';
import { listOf, numberSchema, tenantParams, timeBoundSchema, timeQuerySchema, timeSchema } from './common.ts';

const modelName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'use 1 to 128 of A-Z a-z 0-9 . _ -');
const reference = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}(@([0-9]{1,9}|champion|candidate))?$/, 'use NAME, NAME@VERSION or NAME@champion');
const sourceName = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/);
const options = z.record(z.string().max(64), z.unknown()).default({});

/** What is learnt from or scored: uploaded files, the stored events of a source, or a feature over them. */
export const jobDataSchema = z
  .strictObject({
    /** Ids of uploads. */
    uploads: z
      .array(z.string().regex(/^[0-9a-f]{16,32}$/))
      .min(1)
      .max(100)
      .optional(),
    /** Stored events of a source. */
    source: sourceName.optional(),
    /** A declared feature over the stored events: what is learnt from or scored are its windows. */
    feature: z
      .string()
      .regex(/^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/)
      .optional(),
    /** Half-open, microseconds; of stored events. */
    from: timeBoundSchema.optional(),
    to: timeBoundSchema.optional(),
    /** Log format; recognised when absent. */
    format: z.string().max(64).optional(),
    /** What groups lines into sessions; found when absent. */
    session: z.string().max(256).optional(),
    /** Column that holds the class of a row. */
    label: z.string().max(256).optional(),
    /** DEEP MODS column query and time range, of series. */
    query: z.string().max(4096).optional(),
    range: z.string().max(128).optional(),
    excluded: z.array(z.string().max(128)).max(100).optional(),
    windowSlide: z.enum(['w01h-s10m', 'w10m-s01m', 'w10m-s10m']).optional(),
  })
  .refine(
    ({ uploads, source, feature }) => (uploads === undefined) !== (source === undefined && feature === undefined),
    'name either uploads, or a source, a feature or both',
  );
export type JobData = z.output<typeof jobDataSchema>;

export const trainSchema = z.strictObject({
  /** `sequence`, `deeplog`, `pca`, `flow-classifier`, a novelty detector of flows, or `forecast`. */
  detector: z.string().max(64),
  data: jobDataSchema,
  /** Name of the model; absent = the detector's. */
  name: modelName.optional(),
  options,
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31)
    .optional(),
  promise: z.number().gt(0).lt(1).default(0.001),
  /** Of forecasts. */
  algorithm: z.string().max(64).optional(),
  steps: z.number().int().min(1).max(1000).default(12),
  /** Of forecasts and flow-classifier: values to try of each option, forecasts of `algorithm` too; the best on a part of the training rows is trained. */
  grid: z
    .record(
      z.string().max(64),
      z
        .array(z.union([z.string().max(64), z.number(), z.boolean()]))
        .min(1)
        .max(50),
    )
    .optional(),
  /** Of labelled flows: trained without each attack family in turn as well, to tell what would still be found of it. */
  leaveOneOut: z.boolean().default(false),
  /** Make it the champion when it is done. */
  promote: z.boolean().default(false),
  /** Of forecasts: measured on these data too. */
  test: jobDataSchema.optional(),
  /** What a client of another interface asked for, in its own words. */
  request: z.record(z.string(), z.unknown()).optional(),
});
export const evaluateSchema = z.strictObject({ model: reference, data: jobDataSchema, promise: z.number().gt(0).lt(1).optional() });
export const scoreSchema = z.strictObject({ model: reference, data: jobDataSchema, promise: z.number().gt(0).lt(1).optional() });
export const backtestSchema = z.strictObject({
  detector: z.string().max(64),
  options,
  source: sourceName,
  from: timeBoundSchema.optional(),
  to: timeBoundSchema.optional(),
  promise: z.number().gt(0).lt(1).default(0.001),
});

export const JOB_KINDS = ['train', 'evaluate', 'score', 'backtest'] as const;
export const JOB_STATES = ['waiting', 'running', 'done', 'error', 'cancelled'] as const;

export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum(JOB_KINDS),
  state: z.enum(JOB_STATES),
  detector: z.string(),
  /** Name it is or was saved under; `name@version` once it is. */
  model: z.string(),
  by: z.string(),
  createdAt: timeSchema,
  startedAt: timeSchema,
  finishedAt: timeSchema,
  /** 0..1. */
  progress: z.number(),
  step: z.string(),
  /** Estimated from the progress made; null before it can be told and after the end. */
  minutesLeft: numberSchema,
  /** Of networks and trees, as training goes on: share of the work done, mean training loss. */
  losses: z.array(z.object({ share: z.number(), loss: z.number() })),
  arguments: z.record(z.string(), z.unknown()),
  /** By kind: the saved version with its metrics; metrics beside baselines; counts of scored rows; what would have been raised. */
  result: z.record(z.string(), z.unknown()).nullable(),
  error: z.string(),
  /** How often it was started: a program that ends in the middle starts it again once. */
  attempts: z.number(),
});
export type JobBody = z.output<typeof jobSchema>;

export const jobsQuery = z.strictObject({ kind: z.enum(JOB_KINDS).optional(), state: z.enum(JOB_STATES).optional() });
export const jobsList = listOf(jobSchema);
export const jobParams = tenantParams.extend({ id: z.string().regex(/^[0-9a-f]{32}$/) });

/** What there is to learn from. */
export const trainingDataSchema = z.object({
  uploads: z.array(z.object({ id: z.string(), name: z.string(), bytes: z.number(), uploadedAt: timeSchema })),
  sources: z.array(z.object({ name: z.string(), events: z.number(), from: timeSchema, to: timeSchema })),
  /** Detectors that can be trained, with the kind of data each learns from. */
  detectors: z.array(z.object({ name: z.string(), summary: z.string(), learnsFrom: z.enum(['logs', 'flows', 'series']) })),
  /** Simple ones first; `takes`: settings that `options` may hold. */
  forecastAlgorithms: z.array(z.object({ name: z.string(), summary: z.string(), takes: z.array(z.string()) })),
});

export const compareQuery = z.strictObject({
  /** Two to eight of NAME@VERSION, parted by commas. */
  models: z
    .string()
    .max(2048)
    .transform((text) => text.split(','))
    .pipe(z.array(reference).min(2).max(8)),
});
export const comparisonSchema = z.object({
  models: z.array(
    z.object({
      model: z.string(),
      detector: z.string(),
      createdAt: timeSchema,
      aliases: z.array(z.string()),
      rows: z.number(),
      dataSha256: z.string(),
    }),
  ),
  /** True when all were trained on the same data. */
  sameData: z.boolean(),
  /** Each metric with one value a model, in their order; null where a model has none. */
  metrics: z.array(z.object({ name: z.string(), values: z.array(numberSchema) })),
  hyperParameters: z.array(z.object({ name: z.string(), values: z.array(z.unknown()) })),
});
export const timeRangeQuery = z.strictObject({ from: timeQuerySchema.optional(), to: timeQuerySchema.optional() });
