import type { Micros } from '../../core/index.ts';

/** The small rest: counters, calibration, reports, models, audit. */
export interface JournalStore {
  counters(): Promise<Readonly<Record<string, number>>>;
  addCounters(counters: Readonly<Record<string, number>>): Promise<void>;
  observeCalibration(observations: readonly CalibrationObservation[]): Promise<void>;
  calibration(detector?: string): Promise<readonly CalibrationObservation[]>;
  saveReport(report: ReportEntry): Promise<void>;
  reports(): Promise<readonly ReportEntry[]>;
  indexModel(model: ModelEntry): Promise<void>;
  models(): Promise<readonly ModelEntry[]>;
  audit(entry: AuditEntry): Promise<void>;
  auditLog(limit?: number): Promise<readonly AuditEntry[]>;
}

/** What a detector promised and did on one day; a second observation of the same detector, source and day is added to it. */
export interface CalibrationObservation {
  readonly detector: string;
  readonly source: string;
  /** `YYYY-MM-DD`, UTC, event time. */
  readonly day: string;
  /** Promised false-alarm rate per scored unit. */
  readonly promised: number;
  readonly scored: number;
  readonly flagged: number;
}

export interface ReportEntry {
  /** Name of the report, `<type>_<timestamp>`; same name = overwrite. */
  readonly name: string;
  readonly input: string;
  readonly createdAt: Micros;
  readonly alerts: number;
  readonly files: readonly string[];
}

export interface ModelEntry {
  readonly name: string;
  readonly version: number;
  readonly detector: string;
  readonly createdAt: Micros;
}

export interface AuditEntry {
  readonly at: Micros;
  readonly by: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
}
