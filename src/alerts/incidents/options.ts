import { MICROS_PER_DAY, type Micros } from '../../core/index.ts';

const MINUTE = 60_000_000;

/** Measured on AIT-ADS; see docs/quality/incidents.md. */
export interface IncidentOptions {
  readonly binMicros: Micros;
  /** Below this surprise an alert is no evidence. */
  readonly floor: number;
  /** An incident closes after this long without evidence, */
  readonly gapMicros: Micros;
  /** and this long after it began. */
  readonly spanMicros: Micros;
  /** The same type on another host links within this time. */
  readonly typeLinkMicros: Micros;
  readonly detectorBonus: number;
  readonly tacticBonus: number;
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
  floor: 1.3,
  gapMicros: 60 * MINUTE,
  spanMicros: 360 * MINUTE,
  typeLinkMicros: 10 * MINUTE,
  detectorBonus: 0.25,
  tacticBonus: 0.25,
  learningMicros: MICROS_PER_DAY,
  historyKeys: 200_000,
  openIncidents: 1000,
  listLength: 500,
};

export const INCIDENT_BANDS = { notify: 5, high: 10, critical: 20 } as const;

export type IncidentBand = 'low' | keyof typeof INCIDENT_BANDS;

export function bandOf(score: number): IncidentBand {
  if (score >= INCIDENT_BANDS.critical) return 'critical';
  if (score >= INCIDENT_BANDS.high) return 'high';
  return score >= INCIDENT_BANDS.notify ? 'notify' : 'low';
}
