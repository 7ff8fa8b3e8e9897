import { z } from 'zod';
import { EVENT_SCHEMAS, type EventKind } from '../../../core/index.ts';
import { cursorSchema, limitSchema, listOf, numberSchema, pageOf, tenantParams, timeQuerySchema, timeSchema } from './common.ts';

const filters = {
  /** Half-open, microseconds. */
  from: timeQuerySchema.optional(),
  to: timeQuerySchema.optional(),
  source: z.string().max(256).optional(),
  input: z.string().max(1024).optional(),
  host: z.string().max(256).optional(),
  component: z.string().max(256).optional(),
  level: z.string().max(64).optional(),
  template: z.string().max(64).optional(),
  /** Part of the message, the host, the component or another field of the line, in letters of either case. */
  contains: z.string().max(1024).optional(),
};

export const eventQuerySchema = z.strictObject({
  ...filters,
  /** Newest first unless told otherwise. */
  order: z.enum(['newest', 'oldest']).default('newest'),
  limit: limitSchema.default(100),
  cursor: cursorSchema.optional(),
});

export const eventSchema = z.object({
  source: z.string(),
  input: z.string(),
  offset: z.number(),
  line: z.number(),
  length: z.number(),
  time: timeSchema,
  host: z.string().optional(),
  component: z.string().optional(),
  pid: z.number().optional(),
  level: z.string().optional(),
  message: z.string(),
  template: z.string().optional(),
  parameters: z.array(z.string()),
  attributes: z.string().optional(),
  fields: z.record(z.string(), z.string()).optional(),
});
export const eventPage = pageOf(eventSchema);

/** Counts of matching events in `bins` equal bins of [from, to). */
export const histogramQuery = z.strictObject({ ...filters, bins: z.coerce.number().int().min(1).max(500).default(60) });
export const histogramSchema = z.object({
  /** Left edge of the first bin; null without any dated event. */
  start: timeSchema,
  binMicros: z.number(),
  counts: z.array(z.number()),
  total: z.number(),
});

export const templateQuery = z.strictObject({
  ...filters,
  limit: limitSchema.default(200),
  /** Cells of a sparkline over the range or the span of the matching events; 0 = none. */
  bins: z.coerce.number().int().min(0).max(200).default(0),
});
export const templateSchema = z.object({
  id: z.string(),
  /** The earliest matching message with its variable parts as `<*>`. */
  text: z.string(),
  example: z.string(),
  count: z.number(),
  firstSeen: timeSchema,
  lastSeen: timeSchema,
  counts: z.array(z.number()).optional(),
});
export const templatesList = listOf(templateSchema);

export const hostQuery = z.strictObject({ ...filters, limit: limitSchema.default(200) });
export const hostsList = listOf(z.object({ host: z.string(), count: z.number(), lastSeen: timeSchema }));

export const deadLetterSchema = z.object({
  id: z.number(),
  source: z.string(),
  input: z.string(),
  offset: z.number(),
  line: z.number(),
  reason: z.string(),
  arrival: timeSchema,
  bytes: z.number(),
  /** The start of the record, invalid UTF-8 shown as U+FFFD. */
  text: z.string(),
});
export const deadLetterQuery = z.strictObject({
  source: z.string().max(256).optional(),
  limit: limitSchema.default(100),
  cursor: cursorSchema.optional(),
});
export const deadLetterPage = pageOf(deadLetterSchema).extend({
  counts: z.object({ kept: z.number(), bytes: z.number(), dropped: z.number(), byReason: z.record(z.string(), z.number()) }),
});
export const retrySchema = z.strictObject({ ids: z.array(z.number().int().min(1)).min(1).max(1000) });
export const retryResultSchema = z.object({ retried: z.number(), parsed: z.number(), failedAgain: z.number(), missing: z.number() });

export const uploadSchema = z.object({
  id: z.string(),
  name: z.string(),
  bytes: z.number(),
  uploadedAt: timeSchema,
  by: z.string(),
  state: z.enum(['waiting', 'analysing', 'done', 'failed', 'cancelled']),
  /** 0..1. */
  progress: z.number(),
  /** What is being done now. */
  step: z.string(),
  events: z.number(),
  alerts: z.number(),
  /** Names of the reports made. */
  reports: z.array(z.string()),
  error: z.string(),
  /** Records in the store under the name of the upload, by kind of event; `series` = how many series. */
  rows: z.record(z.string(), z.number()),
  /** Of these, those that name no time. */
  undated: z.number(),
  /** Records that fitted no format. */
  unparsed: z.number(),
  /** Why something of it is not in the store; empty otherwise. */
  missing: z.string(),
  /** Sources that its alerts name. */
  sources: z.array(z.string()),
});
export type UploadBody = z.output<typeof uploadSchema>;
export const uploadsList = listOf(uploadSchema);
export const uploadParams = tenantParams.extend({ id: z.string().regex(/^[0-9a-f]{16,32}$/) });

export const reportSchema = z.object({
  name: z.string(),
  input: z.string(),
  createdAt: timeSchema,
  alerts: z.number(),
  /** Formats that can be downloaded here. */
  formats: z.array(z.enum(['html', 'json'])),
  /** Where the command line wrote them; only for the command line of this machine. */
  files: z.array(z.string()).optional(),
});
export const reportsList = listOf(reportSchema);
export const reportParams = tenantParams.extend({ name: z.string().min(1).max(512), format: z.enum(['html', 'json']) });

export const retentionSchema = z.object({
  /** Microseconds. */
  maxAge: numberSchema,
  maxBytes: numberSchema,
  alertAge: numberSchema,
  /** Bytes of events kept now. */
  bytes: z.number(),
});
export const retentionResultSchema = z.object({
  removedFiles: z.number(),
  removedBytes: z.number(),
  /** Kept because an alert needs them. */
  heldBytes: z.number(),
  removedAlerts: z.number(),
});

/** Which files of stored events. */
export const storedFilesQuery = z.strictObject({
  kind: z.enum(Object.keys(EVENT_SCHEMAS) as [EventKind, ...EventKind[]]),
  from: timeQuerySchema.optional(),
  to: timeQuerySchema.optional(),
});
export const storedFilesList = z.object({ files: z.array(z.string()), oldest: z.number().optional(), newest: z.number().optional() });
