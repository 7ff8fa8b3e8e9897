import { z } from 'zod';
import { cursorSchema, limitSchema, listOf, pageOf, timeQuerySchema, timeSchema } from './common.ts';
import { assigneeSchema, notesSchema, stateSchema } from './handling.ts';

/** By the score: notify >= 5, high >= 10, critical >= 20. */
export const bandSchema = z.enum(['low', 'notify', 'high', 'critical']);

export const incidentEvidenceSchema = z.looseObject({
  alertId: z.string(),
  time: timeSchema,
  type: z.string(),
  title: z.string(),
  detector: z.string(),
  host: z.string(),
  user: z.string().optional(),
  tactic: z.string().optional(),
  techniques: z.array(z.string()).optional(),
  /** 0..100, of the alert. */
  severity: z.number().optional(),
  /** 0..3: -log10 of how often the like was seen. */
  surprise: z.number(),
  /** Of `bins` past ten-minute windows, those with such a burst on this host, and on any. */
  hostBins: z.number(),
  typeBins: z.number(),
  bins: z.number(),
  /** An analyst said that this is normal there: it counts for nothing. */
  expected: z.literal(true).optional(),
});

export const timelineEntrySchema = z.looseObject({
  time: timeSchema,
  /** When its last unit ended. */
  end: timeSchema.optional(),
  host: z.string(),
  title: z.string(),
  detector: z.string(),
  surprise: z.number(),
  tactic: z.string().optional(),
  alertId: z.string(),
});

/** What lists and the live stream hold. */
export const incidentSummarySchema = z.object({
  id: z.string(),
  tenant: z.string(),
  state: stateSchema,
  assignee: z.string().optional(),
  /** Alerts may still join it. */
  growing: z.boolean(),
  /** It began before there was a history to compare with. */
  learning: z.boolean(),
  start: timeSchema,
  lastEvidence: timeSchema,
  score: z.number(),
  band: bandSchema,
  notifiedAt: timeSchema.optional(),
  /** What happened, in one sentence. */
  sentence: z.string(),
  /** The first of them; `hostCount` says how many there are. */
  hosts: z.array(z.string()),
  hostCount: z.number(),
  users: z.array(z.string()),
  detectors: z.array(z.string()),
  /** ATT&CK tactics in the order of the kill chain. */
  tactics: z.array(z.string()),
  techniques: z.array(z.string()),
  types: z.array(z.object({ type: z.string(), title: z.string(), share: z.number(), surprise: z.number() })),
  /** Alerts that joined, evidence or not. */
  alerts: z.number(),
  mergedInto: z.string().optional(),
});
export type IncidentSummary = z.output<typeof incidentSummarySchema>;

export const incidentSchema = incidentSummarySchema.extend({
  evidence: z.array(incidentEvidenceSchema),
  timeline: z.array(timelineEntrySchema),
  notes: notesSchema,
  merged: z.array(z.string()),
});
export type IncidentBody = z.output<typeof incidentSchema>;

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

export const incidentQuerySchema = z.strictObject({
  from: timeQuerySchema.optional(),
  to: timeQuerySchema.optional(),
  /** From this band on. */
  band: bandSchema.optional(),
  state: stateSchema.optional(),
  growing: flag.optional(),
  /** With those of the learning time. */
  learning: flag.optional(),
  host: z.string().max(1024).optional(),
  assignee: assigneeSchema.optional(),
  order: z.enum(['time', 'score']).optional(),
  limit: limitSchema.optional(),
  cursor: cursorSchema.optional(),
});
export const incidentPage = pageOf(incidentSummarySchema);

/** A type is normal on a host, for a user or (without one) for all. */
export const expectSchema = z.strictObject({
  type: z.string().min(1).max(1024),
  host: z.string().min(1).max(1024),
  user: z.string().min(1).max(1024).optional(),
  reason: z.string().max(4096).default(''),
  /** The type in words. */
  title: z.string().max(4096).default(''),
});
export const expectationSchema = z.object({
  id: z.string(),
  sequence: z.number(),
  type: z.string(),
  title: z.string(),
  host: z.string(),
  user: z.string().optional(),
  reason: z.string(),
  inForce: z.boolean(),
  by: z.string(),
  at: timeSchema,
});
export const expectationsQuery = z.strictObject({
  /** `log`: every word ever given or taken back. */
  what: z.enum(['in-force', 'log']).default('in-force'),
});
export const expectationsList = listOf(expectationSchema);
