import type { EvidenceLine } from './batch/features.ts';
import type { Explanation, Verdict } from './contracts.ts';
import type { Note } from './note.ts';
import type { Micros } from './time.ts';

/** What a detection was made from, so that `alerts replay` gets the same bytes again. */
export interface Lineage {
  readonly inputs: readonly {
    readonly input: string;
    readonly generation: string;
    readonly from: number;
    readonly to: number;
    readonly sha256: string;
  }[];
  readonly configHash: string;
  /** Hash of the feature definition (session key, window). */
  readonly feature: string;
  /** `name@version`, or `learnt-from-input`. */
  readonly model: string;
  readonly modelSha256: string;
  /** State epoch the detection was made in; 0 for one-shot analyses. */
  readonly epoch: number;
  readonly program: string;
  readonly seed: number;
}

/** One detector's finding about one scored unit. Score, p-value, threshold, severity are different things. */
export interface Detection {
  /** Deterministic: tenant, source, detector, key, window start. */
  readonly id: string;
  readonly detector: string;
  readonly source: string;
  readonly key: string;
  readonly entity: string;
  /** Whose record says so, where `entity` is a value of that record's text: what one host writes does not stand in for another. */
  readonly host?: string;
  /** Other entities that it names, such as the other end of a connection. */
  readonly related?: readonly string[];
  /** Whom it is done to, where that is known; `entity` may be one of them. */
  readonly targets?: readonly string[];
  readonly user?: string;
  readonly start: Micros;
  readonly end: Micros;
  readonly score: number;
  readonly pValue: number;
  /** p-value at or below which a unit is flagged: the promised false-alarm rate per scored unit. */
  readonly threshold: number;
  /** True where the calibration data cannot resolve the p-value and the tail was extrapolated. */
  readonly extrapolated: boolean;
  /** 0..100; colours change at 25, 50, 75. */
  readonly severity: number;
  readonly title: string;
  readonly techniques: readonly string[];
  readonly explanation: Explanation;
  /** The first lines of the unit. */
  readonly evidence: readonly EvidenceLine[];
  /** Events of the unit, where it may have more than `evidence` names. */
  readonly events?: number;
  readonly lineage: Lineage;
}

export type AlertState = 'open' | 'acknowledged' | 'closed';

/** One of the units folded into an alert. */
export interface Occurrence {
  /** Id of its detection. */
  readonly detection: string;
  readonly key: string;
  readonly start: Micros;
  readonly end: Micros;
  readonly severity: number;
  /** What happened, as its explanation says. */
  readonly what: string;
  /** The first of its lines that explain it. */
  readonly evidence: readonly EvidenceLine[];
}

/** Deduplicated, rated detections with a state. */
export interface Alert {
  readonly id: string;
  readonly tenant: string;
  readonly state: AlertState;
  /** What like findings share: detector, what was unusual. Alerts of one group are shown together. */
  readonly group: string;
  readonly detection: Detection;
  /** Units folded into this alert, the first included. */
  readonly count: number;
  readonly lastSeen: Micros;
  /** The first and the latest units folded into this alert, in order; absent where there is one. */
  readonly occurrences?: readonly Occurrence[];
  /** False when it is kept and listed but nobody is told: beyond the budget, or found by a one-shot analysis. */
  readonly notified: boolean;
  readonly verdict?: Verdict;
  /** Id of the suppression rule that closed it when it was raised. */
  readonly suppressedBy?: string;
}

/** What people added to an alert besides state and label; the pipeline never writes it. */
export interface AlertHandling {
  readonly assignee?: string;
  readonly notes: readonly Note[];
}

export type HandledAlert = Alert & AlertHandling;

/** One entry of the append-only label log; the last entry of an alert is in force, `verdict` absent = revoked. */
export interface LabelEntry {
  readonly sequence: number;
  readonly alertId: string;
  readonly verdict?: Verdict;
  readonly note: string;
  readonly by: string;
  readonly at: Micros;
}
