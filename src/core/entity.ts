import type { Micros } from './time.ts';

/** Evidence against an entity halves in weight after this long. */
export const RISK_HALF_LIFE: Micros = 6 * 3_600_000_000;

/** `attacked`: what counts against it is for the most part what others do to it. */
export type EntityVerdict = 'safe' | 'suspicious' | 'attacked' | 'harmful';

/** Who found it: a signature of known misuse, or a deviation from what is normal. */
export type EvidenceKind = 'signature' | 'anomaly';

/** The strongest alert of one type against an entity. */
export interface EntityEvidence {
  readonly type: string;
  readonly title: string;
  readonly kind: EvidenceKind;
  readonly detector: string;
  readonly alertId: string;
  /** 0..100. */
  readonly severity: number;
  /** At `at`; halves with every half-life after it. */
  readonly weight: number;
  readonly at: Micros;
  /** When the type was first raised against the entity. */
  readonly first: Micros;
  /** Times that the type was raised: the units of its alerts. */
  readonly count: number;
  /** `target`: done to it, not by it. */
  readonly role?: 'target';
}

/** What the alerts about an entity that are still open leave of its weight, however old they are. */
export interface OpenAlerts {
  /** By what it does itself. */
  readonly own: number;
  /** By what is done to it. */
  readonly target: number;
  /** How many, of medium severity or above. */
  readonly alerts: number;
  /** When the first of them was raised. */
  readonly since: Micros;
}

/** A host, device, address or user that is watched. */
export interface Entity {
  readonly id: string;
  readonly name: string;
  readonly kind: 'host' | 'address';
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
  /** Sum of what counts against it, at `at`. */
  readonly weight: number;
  readonly at: Micros;
  /** Alerts raised against it. */
  readonly alerts: number;
  /** What weighs most first. */
  readonly evidence: readonly EntityEvidence[];
}

export interface RatedEntity extends Entity {
  /** 0..100, now. */
  readonly risk: number;
  readonly verdict: EntityVerdict;
  /** Open alerts of medium severity or above that are about it. */
  readonly openAlerts: number;
}
