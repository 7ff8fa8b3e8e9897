import { type LabelEntry, type Micros, unpackRows, type Verdict } from '../../core/index.ts';
import type { LabelInForce } from '../contract.ts';
import { alertMissing } from './alerts.ts';
import type { RelationalDatabase, SqlRow } from './database.ts';

const VERDICTS: readonly Verdict[] = ['true-positive', 'false-positive', 'benign'];

/** Append-only; what is in force is the last entry of each alert. */
export class Labels {
  private readonly database: RelationalDatabase;

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  append(entry: { alertId: string; verdict: Verdict | undefined; note: string; by: string; at: Micros }): LabelEntry {
    const { alertId, verdict, note, by, at } = entry;
    if (verdict !== undefined && !VERDICTS.includes(verdict)) throw new TypeError(`unknown verdict ${verdict}`);
    const sequence = this.database.transaction(() => {
      if (this.database.get('SELECT 1 FROM alerts WHERE id = ?', [alertId]) === undefined) throw alertMissing(alertId);
      const text = (value: string) => value.replaceAll('\0', '');
      return this.database.run('INSERT INTO labels (alert_id, verdict, note, by, at) VALUES (?, ?, ?, ?, ?)', [
        alertId,
        verdict ?? null,
        text(note),
        text(by),
        at,
      ]).id;
    });
    return toEntry({ sequence, alert_id: alertId, verdict: verdict ?? null, note, by, at });
  }

  log(alertId?: string): readonly LabelEntry[] {
    if (alertId === undefined) return this.database.all('SELECT * FROM labels ORDER BY sequence').map(toEntry);
    return this.database.all('SELECT * FROM labels WHERE alert_id = ? ORDER BY sequence', [alertId]).map(toEntry);
  }

  inForce(detector?: string): readonly LabelInForce[] {
    const rows = this.database.all(
      `SELECT l.*, a.detector, a.source, a.body, a.scored_row FROM labels l JOIN alerts a ON a.id = l.alert_id
       WHERE l.sequence = (SELECT max(sequence) FROM labels WHERE alert_id = l.alert_id) AND l.verdict IS NOT NULL AND (? IS NULL OR a.detector = ?)
       ORDER BY l.sequence`,
      [detector ?? null, detector ?? null],
    );
    return rows.flatMap((row) => {
      const { detection } = JSON.parse(row.body as string) as { detection: { entity: string; title: string } };
      const label = {
        ...toEntry(row),
        verdict: row.verdict as Verdict,
        detector: row.detector as string,
        source: row.source as string,
        entity: detection.entity,
        title: detection.title,
      };
      return unpackRows(row.scored_row as Uint8Array).map((one) => ({ ...label, row: one }));
    });
  }
}

function toEntry(row: SqlRow): LabelEntry {
  const base = {
    sequence: Number(row.sequence),
    alertId: row.alert_id as string,
    note: row.note as string,
    by: row.by as string,
    at: Number(row.at),
  };
  return row.verdict === null ? base : { ...base, verdict: row.verdict as Verdict };
}
