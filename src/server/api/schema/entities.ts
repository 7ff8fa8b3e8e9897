import { z } from 'zod';
import { alertSchema } from './alerts.ts';
import { cursorSchema, limitSchema, numberSchema, pageOf, timeSchema } from './common.ts';
import { incidentSummarySchema } from './incidents.ts';

/**
 * By the risk, from 40 on: `harmful` by what it does itself (from 70), `attacked` by what is done to it, `suspicious` otherwise. Nothing with
 * an open alert of medium severity or above is safe.
 */
export const entityVerdictSchema = z.enum(['safe', 'suspicious', 'attacked', 'harmful']);
/** `outside`: an address in none of the home networks of the tenant. */
export const placeSchema = z.enum(['own', 'outside']);

export const entityEvidenceSchema = z.object({
  type: z.string(),
  title: z.string(),
  kind: z.enum(['signature', 'anomaly']),
  detector: z.string(),
  alertId: z.string(),
  /** 0..100. */
  severity: z.number(),
  /** What it weighs now. */
  weight: z.number(),
  at: timeSchema,
  first: timeSchema,
  count: z.number(),
  /** An analyst said that this is normal there: it weighs nothing. */
  expected: z.literal(true).optional(),
  /** `target`: done to the entity, not by it. */
  role: z.literal('target').optional(),
});

export const entitySummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['host', 'address']),
  /** 0..100, now. */
  risk: z.number(),
  verdict: entityVerdictSchema,
  place: placeSchema,
  /** Of medium severity or above and not closed: its risk does not fade below what they weigh. */
  openAlerts: z.number(),
  firstSeen: timeSchema,
  lastSeen: timeSchema,
  alerts: z.number(),
  /** Strongest evidence first. */
  evidence: z.array(entityEvidenceSchema),
});

export const entitySchema = entitySummarySchema.extend({
  /** The event time that the risk is as of. */
  asOf: timeSchema,
  /** Risk over time, oldest first. */
  history: z.array(z.object({ at: timeSchema, risk: numberSchema })),
  /** When something of it was seen for the first time, oldest first. */
  facts: z.array(z.object({ at: timeSchema, fact: z.string() })),
  /** Most recent first, fifty at most. */
  recentAlerts: z.array(alertSchema),
  incidents: z.array(incidentSummarySchema),
});

export const entityQuerySchema = z.strictObject({
  /** From this verdict on. */
  verdict: entityVerdictSchema.optional(),
  /** Of this verdict. */
  level: entityVerdictSchema.optional(),
  place: placeSchema.optional(),
  /** Part of the name. */
  name: z.string().max(256).optional(),
  sort: z.enum(['risk', 'name', 'alerts', 'events', 'seen']).optional(),
  /** Without: names ascending, everything else descending. */
  order: z.enum(['asc', 'desc']).optional(),
  limit: limitSchema.optional(),
  cursor: cursorSchema.optional(),
});
/** With the stored events that it wrote. */
const listedEntitySchema = entitySummarySchema.extend({ events: z.number() });
/**
 * `total`: entities that match the query; `counts`: of each verdict, whatever the query; `unlisted`: beyond those that can be listed, with
 * nothing open against them; `asOf`: the event time that the risks are as of, null where no entity was seen.
 */
export const entityPage = pageOf(listedEntitySchema).extend({
  total: z.number(),
  unlisted: z.number(),
  asOf: timeSchema,
  counts: z.object({ safe: z.number(), suspicious: z.number(), attacked: z.number(), harmful: z.number() }),
});
