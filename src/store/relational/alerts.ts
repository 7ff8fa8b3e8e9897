import { type Alert, type AlertState, type Micros, VedetteError, type Verdict } from '../../core/index.ts';
import type { AlertGroupSummary, AlertLanes, AlertQuery, AlertSummary, AlertWrite, LaneQuery, Page } from '../contract.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { lanesOf } from './alert-lanes.ts';
import { groupSummaries, summarise } from './alert-summary.ts';
import type { RelationalDatabase, SqlRow, SqlValue } from './database.ts';

/** A person's state outlives the pipeline writing the alert again. */
const UPSERT = `
  INSERT INTO alerts (id, detector, source, entity, alert_group, start_at, end_at, last_seen, severity, notified, state, epoch, lineage_epoch, body, scored_row)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    detector = excluded.detector, source = excluded.source, entity = excluded.entity, alert_group = excluded.alert_group,
    start_at = excluded.start_at, end_at = excluded.end_at, last_seen = excluded.last_seen, severity = excluded.severity,
    notified = excluded.notified, state = CASE WHEN alerts.state_by IS NULL THEN excluded.state ELSE alerts.state END,
    epoch = excluded.epoch, lineage_epoch = excluded.lineage_epoch, body = excluded.body, scored_row = excluded.scored_row`;

const VERDICT = '(SELECT verdict FROM labels WHERE alert_id = alerts.id ORDER BY sequence DESC LIMIT 1) AS verdict';

export class Alerts {
  private readonly database: RelationalDatabase;

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  /** Inside the caller's transaction. */
  write(alerts: readonly AlertWrite[], epoch: number): void {
    for (const { alert, row } of alerts) {
      const { detection } = alert;
      this.database.run(UPSERT, [
        ...[alert.id, detection.detector, detection.source, detection.entity, alert.group, detection.start, detection.end].map(bindable),
        ...[alert.lastSeen, detection.severity, alert.notified ? 1 : 0, alert.state, epoch, detection.lineage.epoch].map(bindable),
        JSON.stringify(alert),
        row,
      ]);
    }
  }

  save(alerts: readonly AlertWrite[]): void {
    this.database.transaction(() => this.write(alerts, 0));
  }

  get(id: string): Alert | undefined {
    const row = this.database.get(`SELECT body, state, ${VERDICT} FROM alerts WHERE id = ?`, [id]);
    return row === undefined ? undefined : toAlert(row);
  }

  list(query: AlertQuery = {}): Page<Alert> {
    const column = query.order === 'severity' ? 'severity' : 'start_at';
    const { where, values } = conditions(query);
    if (query.cursor !== undefined) {
      const [at, id] = decodeCursor(query.cursor, ['number', 'string']);
      where.push(`(${column} < ? OR (${column} = ? AND id > ?))`);
      values.push(at as number, at as number, id as string);
    }
    const limit = query.limit ?? 100;
    const sql = `SELECT id, body, state, ${column} AS position, ${VERDICT} FROM alerts ${clause(where)} ORDER BY ${column} DESC, id LIMIT ?`;
    const rows = this.database.all(sql, [...values, limit + 1]);
    const items = rows.slice(0, limit).map(toAlert);
    const last = rows[limit - 1];
    return rows.length > limit && last !== undefined ? { items, cursor: encodeCursor([last.position, last.id]) } : { items };
  }

  count(query: AlertQuery = {}): number {
    const { where, values } = conditions(query);
    return Number(this.database.get(`SELECT count(*) AS n FROM alerts ${clause(where)}`, values)?.n ?? 0);
  }

  groups(query: AlertQuery = {}): readonly AlertGroupSummary[] {
    const { where, values } = conditions(query);
    return groupSummaries(this.database, clause(where), values, query.limit ?? 100);
  }

  summary(query: AlertQuery = {}): AlertSummary {
    const { where, values } = conditions(query);
    return summarise(this.database, clause(where), values);
  }

  lanes(query: LaneQuery): AlertLanes {
    const { where, values } = conditions(query);
    return lanesOf(this.database, clause(where), values, query);
  }

  setState(id: string, state: AlertState, by: string, at: Micros): void {
    const { changes } = this.database.run('UPDATE alerts SET state = ?, state_by = ?, state_at = ? WHERE id = ?', [state, by, at, id]);
    if (changes === 0) throw alertMissing(id);
  }

  /** Labels stay: the log is append-only, and a label still in force keeps its alert (and the row it needs). */
  removeBefore(time: Micros): number {
    const labelled =
      'SELECT 1 FROM labels l WHERE l.alert_id = alerts.id AND l.verdict IS NOT NULL AND l.sequence = (SELECT max(sequence) FROM labels WHERE alert_id = alerts.id)';
    return this.database.transaction(() => {
      const { changes } = this.database.run(`DELETE FROM alerts WHERE last_seen < ? AND NOT EXISTS (${labelled})`, [time]);
      this.database.run('DELETE FROM outbox WHERE done_at IS NOT NULL AND alert_id NOT IN (SELECT id FROM alerts)');
      return changes;
    });
  }
}

function conditions(query: AlertQuery): { where: string[]; values: SqlValue[] } {
  const tests: readonly (readonly [string, SqlValue | undefined])[] = [
    ['end_at >= ?', query.from],
    ['start_at < ?', query.to],
    ['detector = ?', query.detector],
    ['entity = ?', query.entity],
    ['source = ?', query.source],
    ['alert_group = ?', query.group],
    ['state = ?', query.state],
    ['notified = ?', query.notified === undefined ? undefined : Number(query.notified)],
    ['severity >= ?', query.minSeverity],
    [
      `coalesce(json_extract(body, '$.detection.techniques'), '[]') IN (SELECT value FROM json_each(?))`,
      query.techniques === undefined ? undefined : JSON.stringify(query.techniques.map((list) => JSON.stringify(list))),
    ],
  ];
  const used = tests.filter((test): test is readonly [string, SqlValue] => test[1] !== undefined);
  return { where: used.map(([test]) => test), values: used.map(([, value]) => bindable(value)) };
}

function clause(where: readonly string[]): string {
  return where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
}

function toAlert(row: SqlRow): Alert {
  const alert = JSON.parse(row.body as string) as Alert;
  const { verdict: _stored, ...rest } = alert;
  const state = row.state as AlertState;
  return row.verdict === null || row.verdict === undefined ? { ...rest, state } : { ...rest, state, verdict: row.verdict as Verdict };
}

export function alertMissing(id: string): VedetteError {
  return new VedetteError('ALERT_MISSING', `There is no alert ${JSON.stringify(id)}`, { hint: '`vedette alerts list` shows the ids.' });
}

/** SQLite's text ends at NUL here, and it takes neither NaN nor infinities in a NOT NULL column: the body keeps the exact value. */
export function bindable<T extends SqlValue>(value: T): SqlValue {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd');
  return typeof value === 'number' && !Number.isFinite(value) ? 0 : value;
}
