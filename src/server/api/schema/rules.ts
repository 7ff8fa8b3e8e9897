import { z } from 'zod';
import { listOf, tenantParams, timeBoundSchema, timeSchema } from './common.ts';

const pattern = z.string().min(1).max(512);
/** Each given field must match; `*` stands for any text, and an entity may be a network such as 10.0.0.0/8. */
export const suppressionMatchSchema = z
  .strictObject({
    detector: pattern.optional(),
    source: pattern.optional(),
    entity: pattern.optional(),
    key: pattern.optional(),
    title: pattern.optional(),
    group: pattern.optional(),
    technique: pattern.optional(),
  })
  .refine((value) => Object.values(value).some((one) => one !== undefined), 'name at least one field');

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write HH:MM');
export const scheduleSchema = z.strictObject({
  /** 0 = Sunday; the day on which the window begins. */
  days: z.array(z.number().int().min(0).max(6)).min(1).max(7),
  start: clock,
  /** At or before `start`: on the next day. */
  end: clock,
  timezone: z.string().min(1).max(64).default('UTC'),
});

export const suppressionRuleSchema = z.strictObject({
  match: suppressionMatchSchema,
  /** Alerts that match one of these are raised all the same. */
  except: z.array(suppressionMatchSchema).max(100).default([]),
  reason: z.string().min(1).max(1024),
  /** Event time from which it applies, and no longer applies, microseconds. */
  from: timeBoundSchema.optional(),
  expires: timeBoundSchema.optional(),
  /** Alerts of at least this severity are never suppressed. */
  below: z.number().min(0).max(100).optional(),
  /** A maintenance window: it applies in these hours of the week only. */
  schedule: scheduleSchema.optional(),
  /** Microseconds: the first of a pattern on an entity is raised, and again once none came for so long. */
  once: z.number().positive().optional(),
});
export const suppressionSchema = suppressionRuleSchema.extend({
  id: z.string(),
  by: z.string(),
  at: timeSchema,
  /** False once it has expired. */
  active: z.boolean(),
});
export type SuppressionBody = z.output<typeof suppressionSchema>;
export const suppressionsList = listOf(suppressionSchema);
export const suppressionParams = tenantParams.extend({ id: z.string().regex(/^[0-9a-f]{16}$/) });

/** What a rule would have done to the stored alerts. */
export const suppressionPreviewSchema = z.object({
  /** Stored alerts looked at, the newest. */
  looked: z.number(),
  matched: z.number(),
  /** Of those, people were told of. */
  notified: z.number(),
  /** Of those, labelled as true positives: what the rule would have hidden. */
  truePositives: z.number(),
  entities: z.number(),
  severities: z.object({ low: z.number(), medium: z.number(), high: z.number(), critical: z.number() }),
  examples: z.array(z.object({ id: z.string(), time: timeSchema, title: z.string(), entity: z.string(), severity: z.number() })),
});

export const componentSchema = z.object({ name: z.string(), summary: z.string(), schema: z.record(z.string(), z.unknown()) });
/** Every component of this build with the JSON Schema of its options. */
export const componentsSchema = z.object({
  /** `records`: the kinds of records it can give, the usual one first; more than one = the configuration may choose (`records`). */
  sources: z.array(componentSchema.extend({ records: z.array(z.string()) })),
  sinks: z.array(componentSchema),
  detectors: z.array(componentSchema),
});

const configured = z.looseObject({ type: z.string().min(1).max(64) });
export const sinkTestSchema = z
  .strictObject({
    /** A configured sink. */
    name: z.string().max(64).optional(),
    /** Or one that is not saved yet. */
    sink: configured.optional(),
  })
  .refine((value) => (value.name === undefined) !== (value.sink === undefined), 'give either a name or a sink');
export const sinkTestResultSchema = z.object({ delivered: z.boolean(), error: z.string(), hint: z.string(), millis: z.number() });

export const detectorCheckSchema = z.strictObject({ detector: configured, source: z.string().max(64).optional() });
export const detectorCheckResultSchema = z.object({
  valid: z.boolean(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
  /** With every default. */
  options: z.record(z.string(), z.unknown()),
  /** What it works on: sequences, observations, series, rows, or kinds of events. */
  worksOn: z.array(z.string()),
});
export const detectorParams = tenantParams.extend({
  source: z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/),
  detector: z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/),
});
export const detectorStateSchema = z.strictObject({ state: z.enum(['running', 'stopped']) });

export const sourcePreviewSchema = z.strictObject({
  source: configured,
  /** Most records read. */
  records: z.number().int().min(1).max(200).default(50),
  /** How long is waited for them. */
  seconds: z.number().min(0.5).max(20).default(5),
});
export const sourcePreviewResultSchema = z.object({
  records: z.number(),
  bytes: z.number(),
  /** Recognised format of lines; empty for other records. */
  format: z.string(),
  rows: z.array(
    z.object({
      time: timeSchema,
      host: z.string(),
      component: z.string(),
      level: z.string(),
      message: z.string(),
      template: z.string(),
      parameters: z.array(z.string()),
    }),
  ),
  dead: z.array(z.object({ reason: z.string(), text: z.string() })),
  error: z.string(),
  /** Complaints of the source while it was looked at. */
  said: z.array(z.string()),
  /** What was found in place of lines; packets and sensors' events were looked at as such. */
  holds: z.enum(['', 'packets', 'sensor', 'no text']),
  /** What to check when nothing, or nothing readable, arrived. */
  advice: z.array(z.string()),
});
