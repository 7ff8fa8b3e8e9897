import type { Micros } from '../../core/index.ts';
import type { IncidentBand } from './options.ts';

/** The most surprising alert of one type, host and user within an incident. */
export interface IncidentEvidence {
  readonly alertId: string;
  readonly time: Micros;
  readonly type: string;
  readonly title: string;
  readonly detector: string;
  readonly host: string;
  readonly user?: string;
  readonly tactic?: string;
  readonly surprise: number;
  /** Of `bins` past ten-minute windows, those with such a burst on this host. */
  readonly hostBins: number;
  readonly typeBins: number;
  readonly bins: number;
}

export interface TypeShare {
  readonly type: string;
  readonly title: string;
  /** Share of the sum over types, 0..1. */
  readonly share: number;
  readonly surprise: number;
}

export interface TimelineEntry {
  readonly time: Micros;
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
  readonly open: boolean;
  /** It began before a day of history was seen. */
  readonly learning: boolean;
  readonly start: Micros;
  readonly lastEvidence: Micros;
  readonly score: number;
  readonly band: IncidentBand;
  /** When the score first reached the notify band. */
  readonly notifiedAt?: Micros;
  readonly sentence: string;
  readonly hosts: readonly string[];
  readonly detectors: readonly string[];
  /** In kill-chain order. */
  readonly tactics: readonly string[];
  readonly types: readonly TypeShare[];
  readonly evidence: readonly IncidentEvidence[];
  readonly timeline: readonly TimelineEntry[];
  /** Alerts that joined, evidence or not. */
  readonly alerts: number;
  /** Ids of incidents that were merged into this one. */
  readonly merged: readonly string[];
}
