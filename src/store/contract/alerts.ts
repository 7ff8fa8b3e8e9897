import type { Alert, AlertState, HandledAlert, LabelEntry, LabelledRow, Micros, Verdict } from '../../core/index.ts';
import type { AlertLanes, LaneQuery } from './alert-lanes.ts';
import type { Page } from './page.ts';

/** An alert with the rows a label would keep (`Detector.describe`, `packRows` where there are several). Same id = overwrite: never two. */
export interface AlertWrite {
  readonly alert: Alert;
  readonly row: Uint8Array;
}

export interface AlertQuery {
  readonly from?: Micros;
  readonly to?: Micros;
  readonly detector?: string;
  readonly entity?: string;
  readonly source?: string;
  readonly group?: string;
  readonly state?: AlertState;
  readonly assignee?: string;
  readonly notified?: boolean;
  /** Whether a false-alarm rate was promised: not for rules and signatures. */
  readonly promised?: boolean;
  readonly minSeverity?: number;
  readonly belowSeverity?: number;
  /** Alerts whose techniques are one of these lists. */
  readonly techniques?: readonly (readonly string[])[];
  /** Most recent first by default; `severity` = highest first. */
  readonly order?: 'time' | 'severity';
  readonly limit?: number;
  /** From the previous page. */
  readonly cursor?: string;
}

export interface AlertGroupSummary {
  readonly id: string;
  readonly title: string;
  readonly detector: string;
  readonly severity: number;
  readonly alerts: number;
  /** Units folded into the alerts. */
  readonly units: number;
  readonly open: number;
  readonly entities: number;
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
  /** Id of the most severe alert. */
  readonly worst: string;
}

export interface AlertGroups {
  readonly items: readonly AlertGroupSummary[];
  /** Groups that there are, and alerts in all of them. */
  readonly total: number;
  readonly alerts: number;
}

export interface AlertSummary {
  readonly states: Readonly<Record<AlertState, number>>;
  /** Open alerts: low < 25 <= medium < 50 <= high < 75 <= critical. */
  readonly severities: { readonly low: number; readonly medium: number; readonly high: number; readonly critical: number };
  /** Of labels in force. */
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly notified: number;
  /** Most alerts first, ten at most. */
  readonly entities: readonly { readonly name: string; readonly count: number; readonly severity: number }[];
  readonly detectors: readonly { readonly name: string; readonly count: number }[];
  /** Alerts by the ATT&CK techniques they name, most frequent first. */
  readonly techniques: readonly { readonly techniques: readonly string[]; readonly count: number; readonly open: number }[];
}

/** What people change; absent = as it is, null = nobody. */
export interface HandlingChange {
  readonly state?: AlertState;
  readonly assignee?: string | null;
}

/** One change of many alerts; a verdict of null takes the label back. */
export interface AlertChange extends HandlingChange {
  readonly verdict?: Verdict | null;
  /** Of the label. */
  readonly note?: string;
}

export type WhichAlerts = { readonly ids: readonly string[] } | { readonly query: Omit<AlertQuery, 'limit' | 'cursor' | 'order'> };

export interface ChangedAlerts {
  /** Those that were not so before. */
  readonly changed: number;
  /** Ids that are none. */
  readonly missing: readonly string[];
  /** Number of the change, which `undoChange` takes for a while; absent where nothing changed. */
  readonly change?: number;
}

export interface AlertStore {
  get(id: string): Promise<HandledAlert | undefined>;
  /** With the label in force as `verdict`. */
  list(query?: AlertQuery): Promise<Page<HandledAlert>>;
  /** Ids that begin so, at most two. */
  find(prefix: string): Promise<readonly string[]>;
  /**
   * Upsert outside an epoch (one-shot analyses, which have no epoch). One transaction. `knownAt`: by the wall clock; they age from then,
   * or from when they were last seen, whichever is later.
   */
  save(alerts: readonly AlertWrite[], knownAt?: Micros): Promise<void>;
  /** A state set by a person is kept when the pipeline writes the alert again. ALERT_MISSING when there is none. */
  setState(id: string, state: AlertState, by: string, at: Micros): Promise<void>;
  /** ALERT_MISSING when there is none. */
  change(id: string, change: HandlingChange, by: string, at: Micros): Promise<void>;
  /** Changes those that are not so yet, all or nothing. */
  changeMany(which: WhichAlerts, change: AlertChange, by: string, at: Micros): Promise<ChangedAlerts>;
  /** Makes them as they were, save those changed again since; how many, or undefined for a change that is not kept any more. */
  undoChange(id: number, by: string, at: Micros): Promise<number | undefined>;
  /** Appends; ALERT_MISSING when there is none. */
  note(id: string, note: string, by: string, at: Micros): Promise<void>;
  count(query?: AlertQuery): Promise<number>;
  /** Alerts that share a pattern, most severe first, then most recent. */
  groups(query?: AlertQuery): Promise<AlertGroups>;
  /** The newest of a detector and source, with what a label would keep of them. */
  scored(query: { readonly detector: string; readonly source: string; readonly limit: number }): Promise<readonly ScoredAlert[]>;
  /** What an overview shows; `query` limits what is counted. */
  summary(query?: AlertQuery): Promise<AlertSummary>;
  /** Alerts over time by entity, detector or source. */
  lanes(query: LaneQuery): Promise<AlertLanes>;
  /** Removes alerts last seen and known before; their epochs and input may then go too. Returns how many. */
  removeBefore(time: Micros): Promise<number>;
}

/** What a stored alert keeps of its first unit. */
export interface ScoredAlert {
  readonly alertId: string;
  readonly entity: string;
  readonly title: string;
  readonly start: Micros;
  readonly severity: number;
  readonly score: number;
  readonly row: Uint8Array;
  /** The label in force. */
  readonly verdict?: Verdict;
}

/** A label in force with what it is about. */
export interface LabelInForce extends LabelledRow {
  readonly sequence: number;
  readonly detector: string;
  readonly source: string;
  /** Of the alert. */
  readonly title: string;
  readonly note: string;
  readonly by: string;
  readonly at: Micros;
}

export interface LabelStore {
  /** Appends; ALERT_MISSING for an unknown alert. `verdict` undefined = revoke. Returns the entry with its sequence. */
  append(entry: { alertId: string; verdict: Verdict | undefined; note: string; by: string; at: Micros }): Promise<LabelEntry>;
  /** The whole log in order, of one alert or of all. */
  log(alertId?: string): Promise<readonly LabelEntry[]>;
  /** Last write wins, revoked ones left out, ordered by the sequence of the entry in force, once for each row of the alert; optionally of one detector. */
  inForce(detector?: string): Promise<readonly LabelInForce[]>;
}
