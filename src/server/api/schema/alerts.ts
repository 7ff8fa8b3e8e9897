import { z } from 'zod';
import {
  cursorSchema,
  idParams,
  limitSchema,
  listOf,
  numberSchema,
  pageOf,
  tenantParams,
  timeBoundSchema,
  timeQuerySchema,
  timeSchema,
} from './common.ts';
import { assigneeSchema, notesSchema, stateSchema } from './handling.ts';

export const verdictSchema = z.enum(['true-positive', 'false-positive', 'benign']);

export const evidenceSchema = z.looseObject({
  input: z.string(),
  line: numberSchema,
  offset: numberSchema,
  length: numberSchema,
  time: timeSchema.optional(),
});

export const contributionSchema = z.looseObject({
  subject: z.string(),
  /** The subject in words, where it names a template by its id. */
  text: z.string().optional(),
  observed: z.string(),
  expected: z.string(),
  /** Share of the score, 0..1. */
  share: numberSchema,
  seenBefore: numberSchema,
});

export const explanationSchema = z.looseObject({
  what: z.string(),
  why: z.string(),
  harmless: z.array(z.string()),
  next: z.array(z.string()),
  contributions: z.array(contributionSchema),
  /** What like findings share, where the subject of the strongest contribution does not say it. */
  kind: z.array(z.string()).optional(),
  expectedNext: z.array(z.looseObject({ event: z.string(), probability: numberSchema })).optional(),
  /** Indices into the evidence's events that are surprising. */
  surprising: z.array(z.number()).optional(),
  evidence: z.array(evidenceSchema),
});

export const detectionSchema = z.looseObject({
  id: z.string(),
  detector: z.string(),
  source: z.string(),
  key: z.string(),
  entity: z.string(),
  start: timeSchema,
  end: timeSchema,
  score: numberSchema,
  pValue: numberSchema,
  /** p-value at or below which a unit is flagged: the promised false-alarm rate per scored unit. */
  threshold: numberSchema,
  extrapolated: z.boolean(),
  /** 0..100; colours change at 25, 50, 75. */
  severity: z.number(),
  title: z.string(),
  techniques: z.array(z.string()),
  explanation: explanationSchema,
  /** The first lines of the unit. */
  evidence: z.array(evidenceSchema),
  /** Events of the unit, where it may have more than `evidence` names. */
  events: z.number().optional(),
  /** `epoch`: 0 for one-shot analyses. */
  lineage: z.looseObject({ model: z.string(), program: z.string(), epoch: z.number() }),
});

/** One of the units folded into an alert, with the first of its lines. */
export const occurrenceSchema = z.looseObject({
  detection: z.string(),
  key: z.string(),
  start: timeSchema,
  end: timeSchema,
  severity: z.number(),
  what: z.string(),
  evidence: z.array(evidenceSchema),
});

export const alertSchema = z.looseObject({
  id: z.string(),
  tenant: z.string(),
  state: stateSchema,
  group: z.string(),
  detection: detectionSchema,
  /** Units folded into this alert. */
  count: z.number(),
  lastSeen: timeSchema,
  /** The first and the latest units folded into this alert, in order; absent where there is one. */
  occurrences: z.array(occurrenceSchema).optional(),
  notified: z.boolean(),
  verdict: verdictSchema.optional(),
  assignee: z.string().optional(),
  /** Oldest first; absent in the live stream. */
  notes: notesSchema.optional(),
});
export type AlertBody = z.output<typeof alertSchema>;

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** What alerts can be asked for by, in an address and in a body alike. */
const conditions = {
  detector: z.string().max(64).optional(),
  entity: z.string().max(1024).optional(),
  source: z.string().max(64).optional(),
  group: z.string().max(64).optional(),
  state: stateSchema.optional(),
  assignee: assigneeSchema.optional(),
  /** ATT&CK tactic of the techniques, such as `credential-access`; `none` = alerts that name none. */
  tactic: z.string().max(64).optional(),
};

export const alertQuerySchema = z.strictObject({
  ...conditions,
  from: timeQuerySchema.optional(),
  to: timeQuerySchema.optional(),
  notified: flag.optional(),
  minSeverity: z.coerce.number().min(0).max(100).optional(),
  order: z.enum(['time', 'severity']).optional(),
  limit: limitSchema.optional(),
  cursor: cursorSchema.optional(),
});

export const alertPage = pageOf(alertSchema);
export const alertParams = idParams;

export const labelSchema = z.strictObject({ verdict: verdictSchema, note: z.string().max(4096).default('') });
export const unlabelQuery = z.strictObject({ note: z.string().max(4096).default('') });
export const stateBodySchema = z.strictObject({ state: stateSchema });

export const labelEntrySchema = z.object({
  sequence: z.number(),
  alertId: z.string(),
  verdict: verdictSchema.optional(),
  note: z.string(),
  by: z.string(),
  at: timeSchema,
});

/** Which alerts a change is for, however many they are: at least one condition. */
const whichAlertsSchema = z
  .strictObject({
    ...conditions,
    from: timeBoundSchema.optional(),
    to: timeBoundSchema.optional(),
    minSeverity: z.number().min(0).max(100).optional(),
  })
  .refine((where) => Object.values(where).some((value) => value !== undefined), 'names no condition: say which alerts are meant');

/** One change of many alerts, by id or by what they are like; `verdict` null takes labels back, `assignee` null takes them from whoever has them. */
export const bulkSchema = z
  .strictObject({
    ids: z.array(z.string().max(64)).min(1).max(1000).optional(),
    where: whichAlertsSchema.optional(),
    state: stateSchema.optional(),
    assignee: assigneeSchema.nullable().optional(),
    verdict: verdictSchema.nullable().optional(),
    note: z.string().max(4096).default(''),
  })
  .refine(({ ids, where }) => (ids === undefined) !== (where === undefined), 'needs either ids or where');
/** `changed`: alerts that were not so before; `undo`: the number of the change, which can be taken back for a while; null where nothing changed. */
export const bulkResultSchema = z.object({ changed: z.number(), missing: z.array(z.string()), undo: z.number().nullable() });
export const changeParams = tenantParams.extend({ change: z.string().regex(/^\d{1,15}$/) });
export const undoneSchema = z.object({ changed: z.number() });

/** Alerts that share detector and pattern. */
export const groupSchema = z.object({
  id: z.string(),
  title: z.string(),
  detector: z.string(),
  severity: z.number(),
  alerts: z.number(),
  units: z.number(),
  open: z.number(),
  entities: z.number(),
  firstSeen: timeSchema,
  lastSeen: timeSchema,
  worst: z.string(),
});
export const groupQuery = alertQuerySchema.omit({ cursor: true, order: true });
/** `total` groups there are, and `alerts` in all of them, however many are listed. */
export const groupsList = listOf(groupSchema).extend({ total: z.number(), alerts: z.number() });

export const lanesQuery = alertQuerySchema.omit({ cursor: true, order: true, limit: true }).extend({
  by: z.enum(['entity', 'detector', 'source']).default('entity'),
  bins: z.coerce.number().int().min(1).max(500).default(96),
  lanes: z.coerce.number().int().min(1).max(200).default(30),
});
/** Alerts over time: of each lane and cell how many began in it and the worst severity among them. */
export const lanesSchema = z.object({
  start: timeSchema,
  binMicros: z.number(),
  bins: z.number(),
  total: z.number(),
  lanes: z.array(
    z.object({
      name: z.string(),
      alerts: z.number(),
      severity: z.number(),
      counts: z.array(z.number()),
      severities: z.array(z.number()),
    }),
  ),
  /** Lanes that are left out, the least severe. */
  more: z.number(),
  /** What the alerts have in common, by summed severity. */
  influencers: z.array(
    z.object({
      kind: z.enum(['entity', 'detector', 'source', 'technique']),
      name: z.string(),
      alerts: z.number(),
      severity: z.number(),
      weight: z.number(),
    }),
  ),
});

export const labelsQuery = z.strictObject({ detector: z.string().max(64).optional() });
/** Labels in force; `row` (base64) only for the command line of this machine. */
export const labelsList = listOf(
  z.object({
    alertId: z.string(),
    verdict: verdictSchema,
    entity: z.string(),
    detector: z.string(),
    source: z.string(),
    title: z.string(),
    note: z.string(),
    by: z.string(),
    at: timeSchema,
    sequence: z.number(),
    row: z.string().optional(),
  }),
);
/** The whole append-only log, newest last. */
export const labelLogQuery = z.strictObject({ alert: z.string().max(64).optional() });
export const labelLogList = listOf(labelEntrySchema);

/** What `vedette analyze` hands over to the process that owns the home. */
export const alertWritesSchema = z.strictObject({
  alerts: z.array(z.strictObject({ alert: z.looseObject({ id: z.string().max(64), tenant: z.string() }), row: z.base64() })).max(100_000),
  report: z.looseObject({ name: z.string().max(512) }).optional(),
  analyses: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[0-9a-f]{16}$/),
        paths: z.array(z.string().max(4096)).max(10_000),
        options: z.record(z.string(), z.unknown()),
      }),
    )
    .max(1000)
    .optional(),
});
export const savedSchema = z.object({ saved: z.number() });
export const analysisSchema = z.object({ analysis: z.looseObject({ id: z.string() }).optional() });
