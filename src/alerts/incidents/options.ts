import { type IncidentBand, type IncidentEvidence, MICROS_PER_DAY, type Micros } from '../../core/index.ts';
import { SEVERITY_LEVELS } from '../severity.ts';

const MINUTE = 60_000_000;

/** Measured on AIT-ADS; see docs/quality/incidents.md. */
export interface IncidentOptions {
  readonly binMicros: Micros;
  /** Quiet bins taken as seen before the first alert: 0 for lists of raw alerts. */
  readonly quietBins: number;
  /** Below this surprise an alert is no evidence. */
  readonly floor: number;
  /** Nor below this severity. */
  readonly leastSeverity: number;
  /** An incident closes after this long without evidence, */
  readonly gapMicros: Micros;
  /** and this long after it began. */
  readonly spanMicros: Micros;
  /** The same type on another host links within this time. */
  readonly typeLinkMicros: Micros;
  readonly detectorBonus: number;
  readonly tacticBonus: number;
  /** For each doubling of the hosts beyond ten. */
  readonly hostBonus: number;
  /** An incident is rated no lower than its most severe evidence; only where severities are calibrated. */
  readonly severityFloor: boolean;
  /** Incidents that begin before this much history are marked as learnt. */
  readonly learningMicros: Micros;
  /** Keys of the history, two or fewer for each (type, host). */
  readonly historyKeys: number;
  readonly openIncidents: number;
  /** Entries kept of each list of an incident: hosts, types, evidence for a type, timeline. */
  readonly listLength: number;
}

export const INCIDENT_DEFAULTS: IncidentOptions = {
  binMicros: 10 * MINUTE,
  quietBins: 0,
  floor: 1.3,
  leastSeverity: 0,
  gapMicros: 60 * MINUTE,
  spanMicros: 360 * MINUTE,
  typeLinkMicros: 10 * MINUTE,
  detectorBonus: 0.25,
  tacticBonus: 0.25,
  hostBonus: 0,
  severityFloor: false,
  learningMicros: MICROS_PER_DAY,
  historyKeys: 200_000,
  openIncidents: 1000,
  listLength: 500,
};

/**
 * For vedette's own alerts: a detector keeps its promised rate from its first alert on, so a tenant (or a capture of minutes) starts
 * with the history of one quiet day, and severities mean the same everywhere.
 */
export const OWN_ALERTS: IncidentOptions = {
  ...INCIDENT_DEFAULTS,
  quietBins: MICROS_PER_DAY / (10 * MINUTE),
  leastSeverity: 10,
  hostBonus: 0.5,
  severityFloor: true,
  learningMicros: 0,
  historyKeys: 20_000,
  openIncidents: 200,
  listLength: 200,
};

export const INCIDENT_BANDS = { notify: 5, high: 10, critical: 20 } as const;

export function bandOf(score: number): IncidentBand {
  if (score >= INCIDENT_BANDS.critical) return 'critical';
  if (score >= INCIDENT_BANDS.high) return 'high';
  return score >= INCIDENT_BANDS.notify ? 'notify' : 'low';
}

/** A critical alert makes an incident critical, a high one high at least: half the score on top of where that band begins, if that is more. */
export function liftedScore(score: number, evidence: readonly IncidentEvidence[]): number {
  const worst = evidence.reduce((most, { severity = 0 }) => Math.max(most, severity), 0);
  if (worst < SEVERITY_LEVELS.high) return score;
  const floor = worst >= SEVERITY_LEVELS.critical ? INCIDENT_BANDS.critical : INCIDENT_BANDS.high;
  return Math.max(score, floor + score / 2);
}
