import type { AuditEntry, CalibrationObservation, ModelEntry, ReportEntry } from '../contract.ts';
import type { RelationalDatabase } from './database.ts';
import { bindable } from './selection.ts';

/** Counters, calibration, reports, models, audit. The `write…` methods run inside the caller's transaction. */
export class Journal {
  private readonly database: RelationalDatabase;

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.database.all('SELECT name, value FROM counters ORDER BY name').map((row) => [row.name as string, Number(row.value)]),
    );
  }

  addCounters(counters: Readonly<Record<string, number>>): void {
    this.database.transaction(() => this.writeCounters(counters));
  }

  writeCounters(counters: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(counters)) {
      this.database.run(
        'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value',
        [bindable(name), bindable(value)],
      );
    }
  }

  observeCalibration(observations: readonly CalibrationObservation[]): void {
    this.database.transaction(() => this.writeCalibration(observations));
  }

  writeCalibration(observations: readonly CalibrationObservation[]): void {
    for (const { detector, source, day, promised, scored, flagged } of observations) {
      this.database.run(
        `INSERT INTO calibration (detector, source, day, promised, scored, flagged) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (detector, source, day) DO UPDATE SET promised = excluded.promised, scored = scored + excluded.scored, flagged = flagged + excluded.flagged`,
        [detector, source, day, promised, scored, flagged].map(bindable),
      );
    }
  }

  calibration(detector?: string): readonly CalibrationObservation[] {
    const rows = this.database.all('SELECT * FROM calibration WHERE ? IS NULL OR detector = ? ORDER BY day, detector, source', [
      detector ?? null,
      detector ?? null,
    ]);
    return rows.map((row) => ({
      detector: row.detector as string,
      source: row.source as string,
      day: row.day as string,
      promised: Number(row.promised),
      scored: Number(row.scored),
      flagged: Number(row.flagged),
    }));
  }

  saveReport(report: ReportEntry): void {
    this.database.run(
      'INSERT INTO reports (name, created_at, body) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET created_at = excluded.created_at, body = excluded.body',
      [report.name, report.createdAt, JSON.stringify(report)],
    );
  }

  reports(): readonly ReportEntry[] {
    return this.database
      .all('SELECT body FROM reports ORDER BY created_at, name')
      .map((row) => JSON.parse(row.body as string) as ReportEntry);
  }

  indexModel(model: ModelEntry): void {
    this.database.run(
      'INSERT INTO models (name, version, body) VALUES (?, ?, ?) ON CONFLICT (name, version) DO UPDATE SET body = excluded.body',
      [model.name, model.version, JSON.stringify(model)],
    );
  }

  models(): readonly ModelEntry[] {
    return this.database.all('SELECT body FROM models ORDER BY name, version').map((row) => JSON.parse(row.body as string) as ModelEntry);
  }

  audit(entry: AuditEntry): void {
    this.database.run('INSERT INTO audit (at, body) VALUES (?, ?)', [entry.at, JSON.stringify(entry)]);
  }

  auditLog(limit = 100): readonly AuditEntry[] {
    return this.database
      .all('SELECT body FROM audit ORDER BY sequence DESC LIMIT ?', [limit])
      .map((row) => JSON.parse(row.body as string) as AuditEntry);
  }
}
