import type { Micros } from '../../core/index.ts';

/** What the incident engine needs to know of an alert, whoever raised it. Type ids must be stable. */
export interface AlertObservation {
  readonly id: string;
  /** Absent = a new alert; `again`: another unit of one known; `rescored`: what is said of a unit is said anew. */
  readonly change?: 'again' | 'rescored';
  /** When it began, in event time; absent = at `time`. */
  readonly start?: Micros;
  /** When it ended, in event time. */
  readonly time: Micros;
  readonly detector: string;
  readonly type: string;
  /** The type in words. */
  readonly title: string;
  readonly host: string;
  /** Other hosts that it names; incidents with one of them are linked too. */
  readonly related?: readonly string[];
  /** Whom it is done to, where that is known. */
  readonly targets?: readonly string[];
  readonly user?: string;
  readonly source?: string;
  readonly destination?: string;
  /** 0..100, of the unit. */
  readonly severity?: number;
  /** 0..100, of the alert after it; absent = that of the unit. */
  readonly alertSeverity?: number;
  /** The alert this one repackages. */
  readonly parent?: string;
  /** ATT&CK tactic, such as `lateral-movement`. */
  readonly tactic?: string;
  readonly techniques?: readonly string[];
}
