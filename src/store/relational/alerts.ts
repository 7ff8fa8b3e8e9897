import {
  type Alert,
  type AlertHandling,
  type AlertState,
  type HandledAlert,
  type Micros,
  unpackRows,
  VedetteError,
  type Verdict,
} from '../../core/index.ts';
import type {
  AlertChange,
  AlertGroups,
  AlertLanes,
  AlertQuery,
  AlertSummary,
  AlertWrite,
  ChangedAlerts,
  HandlingChange,
  LaneQuery,
  Page,
  ScoredAlert,
  WhichAlerts,
} from '../contract.ts';
import { AlertChanges } from './alert-changes.ts';
import { lanesOf } from './alert-lanes.ts';
import { groupSummaries, summarise } from './alert-summary.ts';
import type { RelationalDatabase, SqlRow } from './database.ts';
import { Handling, handlingOf } from './handling.ts';
import { isOlder, laterKnown } from './known.ts';
import { bindable, pageOf, Selection } from './selection.ts';

/** A person's state outlives the pipeline writing the alert again. */
const UPSERT = `
  INSERT INTO alerts (id, detector, source, entity, alert_group, start_at, end_at, last_seen, severity, notified, state, epoch, lineage_epoch, known_at, targets, units, techniques, promised, body, scored_row)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    detector = excluded.detector, source = excluded.source, entity = excluded.entity, alert_group = excluded.alert_group,
    start_at = excluded.start_at, end_at = excluded.end_at, last_seen = excluded.last_seen, severity = excluded.severity,
    notified = excluded.notified, state = CASE WHEN alerts.state_by IS NULL THEN excluded.state ELSE alerts.state END,
    epoch = excluded.epoch, lineage_epoch = excluded.lineage_epoch,
    known_at = ${laterKnown('alerts')}, targets = excluded.targets, units = excluded.units,
    techniques = excluded.techniques, promised = excluded.promised, body = excluded.body, scored_row = excluded.scored_row`;

/** The label in force of a row of alerts. */
export const VERDICT = '(SELECT verdict FROM labels WHERE alert_id = alerts.id ORDER BY sequence DESC LIMIT 1)';

export class Alerts {
  private readonly database: RelationalDatabase;
  private readonly handling: Handling;
  private readonly changes: AlertChanges;
  private readonly columns: string;

  constructor(database: RelationalDatabase) {
    this.database = database;
    this.handling = new Handling(database, 'alerts');
    this.changes = new AlertChanges(database);
    this.columns = `id, body, state, assignee, ${this.handling.notes}, ${VERDICT} AS verdict`;
  }

  /** Inside the caller's transaction. */
  write(alerts: readonly AlertWrite[], epoch: number, knownAt?: Micros): void {
    for (const { alert, row } of alerts) {
      const { detection } = alert;
      this.database.run(UPSERT, [
        ...[alert.id, detection.detector, detection.source, detection.entity, alert.group, detection.start, detection.end].map(bindable),
        ...[alert.lastSeen, detection.severity, alert.notified ? 1 : 0, alert.state, epoch, detection.lineage.epoch, knownAt ?? null].map(
          bindable,
        ),
        detection.targets === undefined ? null : bindable(JSON.stringify(detection.targets)),
        ...[alert.count ?? 1, JSON.stringify(detection.techniques ?? []), Number(Number.isFinite(detection.pValue))].map(bindable),
        bodyOf(alert),
        row,
      ]);
    }
  }

  save(alerts: readonly AlertWrite[], knownAt?: Micros): void {
    this.database.transaction(() => this.write(alerts, 0, knownAt));
  }

  get(id: string): HandledAlert | undefined {
    const row = this.database.get(`SELECT ${this.columns} FROM alerts WHERE id = ?`, [id]);
    return row === undefined ? undefined : toAlert(row);
  }

  find(prefix: string): readonly string[] {
    const rows = this.database.all('SELECT id FROM alerts WHERE id >= ? AND id < ? ORDER BY id LIMIT 2', [prefix, `${prefix}\uffff`]);
    return rows.map((row) => row.id as string);
  }

  list(query: AlertQuery = {}): Page<HandledAlert> {
    const { limit, cursor } = query;
    const by = query.order === 'severity' ? 'severity' : 'start_at';
    return pageOf(this.database, selectionOf(query), { table: 'alerts', columns: this.columns, by, tie: 'id', limit, cursor }, toAlert);
  }

  count(query: AlertQuery = {}): number {
    const { where, values } = selectionOf(query);
    return Number(this.database.get(`SELECT count(*) AS n FROM alerts ${where}`, values)?.n ?? 0);
  }

  groups(query: AlertQuery = {}): AlertGroups {
    const { where, values } = selectionOf(query);
    return groupSummaries(this.database, where, values, query.limit ?? 100);
  }

  summary(query: AlertQuery = {}): AlertSummary {
    const { where, values } = selectionOf(query);
    return summarise(this.database, where, values);
  }

  lanes(query: LaneQuery): AlertLanes {
    const { where, values } = selectionOf(query);
    return lanesOf(this.database, where, values, query);
  }

  scored({ detector, source, limit }: { detector: string; source: string; limit: number }): readonly ScoredAlert[] {
    const rows = this.database.all(
      `SELECT id, body, scored_row, ${VERDICT} AS verdict FROM alerts WHERE detector = ? AND source = ? ORDER BY start_at DESC, id LIMIT ?`,
      [detector, source, limit],
    );
    return rows.map((row) => {
      const { entity, title, start, severity, score } = (JSON.parse(row.body as string) as Alert).detection;
      const found = {
        alertId: row.id as string,
        entity,
        title,
        start,
        severity,
        score,
        row: unpackRows(row.scored_row as Uint8Array)[0] as Uint8Array,
      };
      return row.verdict === null ? found : { ...found, verdict: row.verdict as Verdict };
    });
  }

  setState(id: string, state: AlertState, by: string, at: Micros): void {
    const { changes } = this.database.run('UPDATE alerts SET state = ?, state_by = ?, state_at = ? WHERE id = ?', [state, by, at, id]);
    if (changes === 0) throw alertMissing(id);
  }

  change(id: string, { state, assignee }: HandlingChange, by: string, at: Micros): void {
    this.database.transaction(() => {
      if (this.database.get('SELECT 1 FROM alerts WHERE id = ?', [id]) === undefined) throw alertMissing(id);
      if (state !== undefined) this.setState(id, state, by, at);
      if (assignee !== undefined) this.handling.assign(id, assignee);
    });
  }

  changeMany(which: WhichAlerts, change: AlertChange, by: string, at: Micros): ChangedAlerts {
    return this.changes.make(which, change, by, at);
  }

  undoChange(id: number, by: string, at: Micros): number | undefined {
    return this.changes.undo(id, by, at);
  }

  note(id: string, note: string, by: string, at: Micros): void {
    if (!this.handling.note(id, note, by, at)) throw alertMissing(id);
  }

  /** Labels stay: the log is append-only, and a label still in force keeps its alert (and the row it needs). So does whoever took it up or wrote about it. */
  removeBefore(time: Micros): number {
    const labelled =
      'SELECT 1 FROM labels l WHERE l.alert_id = alerts.id AND l.verdict IS NOT NULL AND l.sequence = (SELECT max(sequence) FROM labels WHERE alert_id = alerts.id)';
    return this.database.transaction(() => {
      const { changes } = this.database.run(
        `DELETE FROM alerts WHERE ${isOlder('last_seen')} AND NOT EXISTS (${labelled}) AND NOT (${this.handling.handled})`,
        [time],
      );
      this.database.run('DELETE FROM outbox WHERE done_at IS NOT NULL AND alert_id NOT IN (SELECT id FROM alerts)');
      return changes;
    });
  }
}

export function selectionOf(query: AlertQuery): Selection {
  return new Selection([
    ['end_at >= ?', query.from],
    ['start_at < ?', query.to],
    ['detector = ?', query.detector],
    ['entity = ?', query.entity],
    ['source = ?', query.source],
    ['alert_group = ?', query.group],
    ['state = ?', query.state],
    ['assignee = ?', query.assignee],
    ['notified = ?', query.notified === undefined ? undefined : Number(query.notified)],
    ['promised = ?', query.promised === undefined ? undefined : Number(query.promised)],
    ['severity >= ?', query.minSeverity],
    ['severity < ?', query.belowSeverity],
    [
      'techniques IN (SELECT value FROM json_each(?))',
      query.techniques === undefined ? undefined : JSON.stringify(query.techniques.map((list) => JSON.stringify(list))),
    ],
  ]);
}

function toAlert(row: SqlRow): HandledAlert {
  const { verdict: _stored, ...body } = JSON.parse(row.body as string) as Alert;
  const alert = { ...body, state: row.state as AlertState, ...handlingOf(row) };
  return row.verdict === null ? alert : { ...alert, verdict: row.verdict as Verdict };
}

/** What the pipeline knows, without what people added. */
function bodyOf(written: Alert & Partial<AlertHandling>): string {
  const { verdict: _verdict, assignee: _assignee, notes: _notes, ...alert } = written;
  return JSON.stringify(alert);
}

export function alertMissing(id: string): VedetteError {
  return new VedetteError('ALERT_MISSING', `There is no alert ${JSON.stringify(id)}`, { hint: '`vedette alerts list` shows the ids.' });
}
