import { z } from 'zod';
import { listOf, numberSchema, timeQuerySchema, timeSchema } from './common.ts';

export const detectorStatusSchema = z.object({
  detector: z.string(),
  source: z.string(),
  /** What it scores with: a registered version, `learnt-from-input`, `learnt-as-it-went` or `rules`. */
  model: z.string(),
  /** `paused`: alerts are held back because it floods; `stopped`: a person has it raise nothing. It goes on learning either way. */
  state: z.enum(['learning', 'ready', 'paused', 'stopped']),
  /** Units learnt from, of those needed. */
  have: z.number(),
  need: z.number(),
  /** Share of what it learns from before it is ready, in units or in time, 0 to 1. */
  progress: z.number(),
  /** When it is expected to be ready; null when that cannot be told. */
  readyAt: timeSchema,
  promisedRate: numberSchema,
  /** flagged / scored; null before anything was scored. */
  observedRate: numberSchema,
  /** 95 % binomial interval of the observed rate. */
  observedInterval: z.tuple([z.number(), z.number()]).nullable(),
  /** True where the calibration cannot resolve the promise yet. */
  extrapolated: z.boolean(),
  scored: z.number(),
  flagged: z.number(),
  /** Why alerts are held back; empty otherwise. */
  paused: z.string(),
});
export const detectorsList = listOf(detectorStatusSchema);

export const sourceStatusSchema = z.object({
  name: z.string(),
  type: z.string(),
  state: z.enum(['starting', 'reading', 'retrying', 'ended', 'stopped']),
  lastError: z.string(),
  queueBytes: z.number(),
  queueBatches: z.number(),
  /** Over the last sample (about a second). */
  recordsPerSecond: z.number(),
  watermark: timeSchema,
  /** Wall clock minus watermark, microseconds. */
  lag: numberSchema,
  /** How lines are grouped and why. */
  feature: z.string(),
  counters: z.record(z.string(), numberSchema),
  sourceCounters: z.record(z.string(), numberSchema),
  /** Whose records of the day came late (`off` below 0, microseconds behind event time) or dated ahead of their arrival (above 0). */
  clocks: z.array(z.object({ sender: z.string(), lines: z.number(), off: z.number() })),
  deadLetters: z.number(),
  detectors: z.array(detectorStatusSchema),
});
export const sourcesList = listOf(sourceStatusSchema);

/** The running pipeline's own words; `{}` where the tenant does not run. */
export const statusSchema = z.looseObject({});

const share = z.object({ name: z.string(), count: z.number() });

const deviceCounts = z.object({
  seen: z.number(),
  harmful: z.number(),
  attacked: z.number(),
  suspicious: z.number(),
  safe: z.number(),
});

/** Each figure is a query on stored data or the running pipeline; `link` style parameters are the same as of the list routes. */
export const overviewSchema = z.object({
  at: timeSchema,
  state: z.enum(['starting', 'running', 'finished', 'stopped', 'failed', 'idle']),
  lastError: z.string(),
  eventsPerSecond: z.number(),
  /** Largest lag of a reading source, microseconds. */
  lag: numberSchema,
  events: z.object({ stored: z.number(), bytes: z.number() }),
  alerts: z.object({
    open: z.number(),
    acknowledged: z.number(),
    closed: z.number(),
    notifiedToday: z.number().describe('Alerts that people were told of since midnight UTC'),
    criticalToday: z.number().describe('Of these, the critical ones'),
    budgetedToday: z.number().describe('Of these, what the budget counts: no critical ones, and none of rules, which promise no rate'),
    /** Labelled, by verdict. */
    verdicts: z.object({ 'true-positive': z.number(), 'false-positive': z.number(), benign: z.number() }),
  }),
  budget: z.object({
    /** Expected false alerts a day that people are told about. */
    promisedPerDay: z.number(),
    /** Notified alerts of detectors that promise a rate, a day over the last 7 days, true ones included; null before a day has passed. */
    observedPerDay: numberSchema,
    detectors: z.array(detectorStatusSchema),
  }),
  /** Open alerts by severity: low < 25 <= medium < 50 <= high < 75 <= critical. */
  severities: z.object({ low: z.number(), medium: z.number(), high: z.number(), critical: z.number() }),
  busiestEntities: z.array(share.extend({ severity: z.number() })),
  byDetector: z.array(share),
  /** Open alerts by the ATT&CK tactic of their techniques; `none` = alerts that name none. */
  tactics: z.array(share),
  /** The tenant's own hosts that wrote events or that alerts were about, by their risk now; addresses outside its home networks apart. */
  devices: deviceCounts.extend({ outside: deviceCounts.omit({ attacked: true }) }),
  sources: z.array(
    z.object({ name: z.string(), state: z.string(), recordsPerSecond: z.number(), lag: numberSchema, lastError: z.string() }),
  ),
});
export type OverviewBody = z.output<typeof overviewSchema>;
export const overviewQuery = z.strictObject({ from: timeQuerySchema.optional(), to: timeQuerySchema.optional() });

export const historyQuery = z.strictObject({
  /** `second`: the last 15 minutes; `minute`: up to 7 days, kept over restarts. */
  step: z.enum(['second', 'minute']).default('second'),
  from: timeQuerySchema.optional(),
});
/** Columns of equal length, oldest first. */
export const historySchema = z.object({
  at: z.array(z.number()),
  eventsPerSecond: z.array(numberSchema),
  lag: z.array(numberSchema),
  queueBytes: z.array(numberSchema),
  openAlerts: z.array(numberSchema),
});

/**
 * `GET /tenants/:tenant/stream` is text/event-stream. Events: `status` (statusEventSchema) each second, `alert` (alertSchema) for each
 * alert raised or written again, `incident` (incidentSummarySchema) for each incident begun or grown or changed by a person, `upload` (uploadSchema) as an analysis goes on, `changed` (changedEventSchema) when a person changed
 * an alert, `reset` when what was missed since Last-Event-ID is no longer kept: reload.
 */
export const statusEventSchema = z.object({
  at: timeSchema,
  state: z.string(),
  eventsPerSecond: z.number(),
  lag: numberSchema,
  queueBytes: z.number(),
  openAlerts: z.number(),
  alerts: z.number(),
});
export type StatusEvent = z.output<typeof statusEventSchema>;
export const changedEventSchema = z.object({ ids: z.array(z.string()), by: z.string() });

/** Of all tenants together: sources by state, messages of sinks. */
export const readySchema = z.object({
  components: z.record(z.string(), z.boolean()),
  counts: z.object({ sources: z.record(z.string(), z.number()), sinks: z.object({ delivered: z.number(), undelivered: z.number() }) }),
});
