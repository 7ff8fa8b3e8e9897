import type { IncidentBand } from '../../core/index.ts';
import type { ReportChannel, ReportSeries, ReportTemplate, ReportWarning } from './input.ts';

/** What `<type>_<timestamp>.report.json` holds. No wall clock, no absolute path: the same input gives the same bytes. */
export interface Report {
  readonly schema: 'vedette-report/1';
  readonly name: string;
  readonly type: string;
  readonly timestamp: string;
  readonly tenant: string;
  readonly program: string;
  readonly format: string;
  readonly inputs: readonly { readonly input: string; readonly bytes: number; readonly sha256: string }[];
  readonly lines: number;
  /** What `lines` counts, when not lines: `packet`. */
  readonly noun?: string;
  readonly deadLetters: number;
  readonly firstEvent: string;
  readonly lastEvent: string;
  readonly summary: ReportSummary;
  readonly warnings: readonly ReportWarning[];
  readonly detectors: readonly ReportedDetector[];
  /** Findings that belong together, highest score first. */
  readonly incidents: readonly ReportedIncident[];
  readonly moreIncidents: number;
  /** Ranked; the first `SHOWN_GROUPS` are shown, the rest come after "more". */
  readonly groups: readonly ReportedGroup[];
  /** Groups beyond those listed; their alerts are in the store. */
  readonly moreGroups: number;
  readonly templates: readonly ReportTemplate[];
  readonly series: ReportSeries | null;
  /** Of readings: the channels that are drawn. */
  readonly channels?: readonly ReportedChannel[];
}

/** As `ReportChannel`, in plain JSON. */
export interface ReportedChannel extends Omit<ReportChannel, 'low' | 'high' | 'lower' | 'upper'> {
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
}

export interface ReportSummary {
  /** One sentence. */
  readonly headline: string;
  /** Further sentences in plain words. */
  readonly sentences: readonly string[];
  readonly findings: number;
  readonly groups: number;
  /** Findings by level. */
  readonly levels: Readonly<Record<Level, number>>;
}

export type Level = 'critical' | 'high' | 'medium' | 'low';

export interface ReportedDetector {
  readonly name: string;
  readonly summary: string;
  readonly unit: string;
  readonly learnt: string;
  readonly model: string;
  readonly modelSha256: string;
  readonly learntRows: number;
  readonly learntStart: string;
  readonly learntEnd: string;
  readonly calibrationSize: number;
  readonly promisedRate: number;
  readonly smallestRate: number;
  readonly extrapolated: boolean;
  readonly threshold: number | null;
  readonly scored: number;
  readonly flagged: number;
  readonly observedRate: number | null;
  /** 95 % binomial interval of the flagged share: false alarms and true findings together. */
  readonly observedInterval: readonly [number, number] | null;
  readonly promise: string;
  readonly state: 'ready' | 'learning' | 'paused';
  readonly stateText: string;
  readonly histogram: ReportedHistogram | null;
}

export interface ReportedHistogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
  /** Scores beyond `high`, drawn as one bar at the end. */
  readonly beyond: number;
}

export interface ReportedGroup {
  readonly id: string;
  readonly rank: number;
  readonly title: string;
  readonly detector: string;
  readonly level: Level;
  readonly severity: number;
  /** Units folded into the group's findings. */
  readonly units: number;
  readonly entities: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly findings: readonly ReportedFinding[];
  /** Findings beyond those listed; all are in the store. */
  readonly more: number;
}

export interface ReportedFinding {
  readonly id: string;
  readonly title: string;
  readonly key: string;
  readonly entity: string;
  readonly level: Level;
  readonly severity: number;
  readonly start: string;
  readonly end: string;
  readonly count: number;
  readonly lastSeen: string;
  readonly verdict: string | null;
  readonly techniques: readonly string[];
  readonly what: string;
  readonly why: string;
  readonly harmless: readonly string[];
  readonly next: readonly string[];
  readonly contributions: readonly {
    readonly subject: string;
    readonly observed: string;
    readonly expected: string;
    readonly share: number;
    readonly seenBefore: number;
  }[];
  readonly expectedNext: readonly { readonly event: string; readonly probability: number }[];
  readonly lines: readonly ReportedLine[];
  /** Evidence lines beyond those listed. */
  readonly moreLines: number;
  readonly score: number;
  readonly pValue: number;
  readonly extrapolated: boolean;
  /** Promised false-alarm rate: the p-value at or below which the unit is flagged. */
  readonly threshold: number;
  readonly model: string;
  readonly modelSha256: string;
  readonly configHash: string;
  readonly feature: string;
  readonly seed: number;
}

export interface ReportedLine {
  readonly input: string;
  readonly line: number;
  readonly offset: number;
  readonly length: number;
  readonly time: string;
  /** Of a reading. */
  readonly value?: number;
  /** Null when the text was not kept. */
  readonly text: string | null;
  /** True where `text` was shortened. */
  readonly shortened: boolean;
}

export interface ReportedIncident {
  readonly id: string;
  readonly band: IncidentBand;
  readonly score: number;
  /** One sentence: the most surprising of it and what it comes with. */
  readonly sentence: string;
  readonly start: string;
  readonly end: string;
  readonly hostCount: number;
  readonly hosts: readonly string[];
  readonly users: readonly string[];
  readonly detectors: readonly string[];
  /** ATT&CK tactics in kill-chain order. */
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly alerts: number;
  /** In the order in which they began. */
  readonly phases: readonly ReportedPhase[];
}

/** Steps of an incident with one tactic. */
export interface ReportedPhase {
  /** ATT&CK tactic; null where the findings name none. */
  readonly tactic: string | null;
  readonly techniques: readonly string[];
  readonly start: string;
  readonly end: string;
  readonly steps: readonly ReportedStep[];
  /** Steps beyond those listed. */
  readonly more: number;
}

export interface ReportedStep {
  readonly time: string;
  readonly host: string;
  readonly title: string;
  readonly detector: string;
  readonly severity: number | null;
  readonly alert: string;
  /** True where the alert is one of the findings of this report. */
  readonly here: boolean;
  /** An analyst said that this is normal there. */
  readonly expected: boolean;
}

export const SHOWN_GROUPS = 10;
export const SHOWN_INCIDENTS = 5;
