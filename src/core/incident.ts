import type { AlertState } from './alert.ts';
import type { Note } from './note.ts';
import type { Micros } from './time.ts';

export type IncidentBand = 'low' | 'notify' | 'high' | 'critical';

/** The most surprising alert of one type, host and user within an incident. */
export interface IncidentEvidence {
  readonly alertId: string;
  /** When it began, in event time. */
  readonly time: Micros;
  readonly type: string;
  readonly title: string;
  readonly detector: string;
  readonly host: string;
  readonly user?: string;
  readonly tactic?: string;
  readonly techniques?: readonly string[];
  /** 0..100, of the alert. */
  readonly severity?: number;
  readonly surprise: number;
  /** Of `bins` past ten-minute windows, those with such a burst on this host. */
  readonly hostBins: number;
  readonly typeBins: number;
  readonly bins: number;
  /** An analyst said that this is normal there: it counts for nothing. */
  readonly expected?: true;
}

export interface TypeShare {
  readonly type: string;
  readonly title: string;
  /** Share of the sum over types, 0..1. */
  readonly share: number;
  readonly surprise: number;
}

export interface TimelineEntry {
  /** When its first unit began, in event time. */
  readonly time: Micros;
  /** When its last unit ended; absent where it began and ended at once. */
  readonly end?: Micros;
  readonly host: string;
  readonly title: string;
  readonly detector: string;
  readonly surprise: number;
  readonly tactic?: string;
  readonly alertId: string;
}

/** Correlated alerts. The id stays while the incident grows; a merge keeps the id of the older one. */
export interface Incident {
  readonly id: string;
  readonly tenant: string;
  /** Alerts may still join it. */
  readonly growing: boolean;
  /** It began before a day of history was seen. */
  readonly learning: boolean;
  /** When the earliest of its evidence began and the latest ended, in event time. */
  readonly start: Micros;
  readonly lastEvidence: Micros;
  readonly score: number;
  readonly band: IncidentBand;
  /** Event time of the alert with which the score reached the notify band. */
  readonly notifiedAt?: Micros;
  readonly sentence: string;
  /** The first of them, and how many there are: exact as far as the list goes, then within some 5 %. */
  readonly hosts: readonly string[];
  readonly hostCount: number;
  readonly users: readonly string[];
  readonly detectors: readonly string[];
  /** In kill-chain order. */
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly types: readonly TypeShare[];
  /** What counts first, the worst level of severity first, the most surprising of each level first; then what is expected. */
  readonly evidence: readonly IncidentEvidence[];
  readonly timeline: readonly TimelineEntry[];
  /** Alerts that joined, evidence or not. */
  readonly alerts: number;
  /** Ids of incidents that were merged into this one. */
  readonly merged: readonly string[];
}

/** What people added to an incident; the pipeline never writes it. */
export interface IncidentHandling {
  readonly state: AlertState;
  readonly assignee?: string;
  readonly notes: readonly Note[];
  /** The older incident that took this one in. */
  readonly mergedInto?: string;
}

export type HandledIncident = Incident & IncidentHandling;

/** An analyst's word that a type is normal on a host for a user; an absent user means any. */
export interface ExpectedRule {
  readonly id: string;
  readonly type: string;
  readonly host: string;
  readonly user?: string;
  readonly reason: string;
}

/** One entry of the append-only log of what is expected; the last one of (type, host, user) is in force. */
export interface Expectation extends ExpectedRule {
  readonly sequence: number;
  /** The type in words. */
  readonly title: string;
  /** False = taken back. */
  readonly inForce: boolean;
  readonly by: string;
  readonly at: Micros;
}
