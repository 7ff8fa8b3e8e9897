import type { Micros } from '../../core/index.ts';
import type { AlertChange, ChangedAlerts, WhichAlerts } from '../contract.ts';
import { selectionOf, VERDICT } from './alerts.ts';
import type { RelationalDatabase, SqlValue } from './database.ts';
import { bindable } from './selection.ts';

/** Changes that can be taken back. */
const KEPT = 20;
const OF_CHANGE = 'SELECT alert_id FROM alert_changes_before WHERE change_id = ?';

/** Changes of many alerts at once, each all or nothing, with what was before. */
export class AlertChanges {
  private readonly database: RelationalDatabase;

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  /** Changes those that are not so yet. */
  make(which: WhichAlerts, change: AlertChange, by: string, at: Micros): ChangedAlerts {
    return this.database.transaction(() => {
      const { state, assignee, verdict, note = '' } = change;
      const { id } = this.database.run('INSERT INTO alert_changes (by, at, change) VALUES (?, ?, ?)', [
        bindable(by),
        at,
        JSON.stringify(change),
      ]);
      const selection = selectionOf('ids' in which ? {} : which.query);
      if ('ids' in which) selection.and('id IN (SELECT value FROM json_each(?))', [JSON.stringify(which.ids)]);
      const asked = [state === undefined ? [] : ['state', state], assignee === undefined ? [] : ['assignee', assignee]];
      if (verdict !== undefined) asked.push([VERDICT, verdict]);
      const wanted = asked.filter((one): one is [string, string | null] => one.length > 0);
      selection.and(
        `(${['0', ...wanted.map(([column]) => `${column} IS NOT ?`)].join(' OR ')})`,
        wanted.map(([, value]) => value),
      );
      const { changes } = this.database.run(
        `INSERT INTO alert_changes_before (change_id, alert_id, state, state_by, state_at, assignee, verdict)
          SELECT ?, id, state, state_by, state_at, assignee, ${VERDICT} FROM alerts ${selection.where}`,
        [id, ...selection.values],
      );
      if (state !== undefined) this.set('state = ?, state_by = ?, state_at = ?', [state, bindable(by), at], id, 'state IS NOT ?', [state]);
      if (assignee !== undefined) this.set('assignee = ?', [bindable(assignee)], id);
      if (verdict !== undefined)
        this.database.run(
          `INSERT INTO labels (alert_id, verdict, note, by, at) SELECT alert_id, ?, ?, ?, ? FROM alert_changes_before WHERE change_id = ? AND verdict IS NOT ?`,
          [verdict, bindable(note), bindable(by), at, id, verdict],
        );
      this.forget(changes === 0 ? id : id - KEPT, changes === 0 ? id : 0);
      return { changed: changes, missing: 'ids' in which ? this.missing(which.ids) : [], ...(changes === 0 ? {} : { change: id }) };
    });
  }

  /** Makes what a change did as it was, alert by alert, save what was changed again since. How many; undefined where it is no longer known. */
  undo(id: number, by: string, at: Micros): number | undefined {
    const row = this.database.get('SELECT by, at, change FROM alert_changes WHERE id = ?', [id]);
    if (row === undefined) return undefined;
    const { state, assignee, verdict } = JSON.parse(row.change as string) as AlertChange;
    return this.database.transaction(() => {
      const done = new Set<SqlValue | undefined>();
      const restore = (column: string, set: string, still: string, values: readonly SqlValue[]): void => {
        const rows = this.database.all(
          `UPDATE alerts SET ${set} FROM alert_changes_before b WHERE b.change_id = ? AND b.alert_id = alerts.id AND b.${column} IS NOT alerts.${column} AND ${still} RETURNING alerts.id`,
          [id, ...values],
        );
        for (const one of rows) done.add(one.id);
      };
      if (state !== undefined)
        restore(
          'state',
          'state = b.state, state_by = b.state_by, state_at = b.state_at',
          'alerts.state = ? AND alerts.state_by = ? AND alerts.state_at = ?',
          [state, row.by as string, row.at as number],
        );
      if (assignee !== undefined) restore('assignee', 'assignee = b.assignee', 'alerts.assignee IS ?', [assignee]);
      if (verdict !== undefined) {
        const rows = this.database.all(
          `INSERT INTO labels (alert_id, verdict, note, by, at)
            SELECT b.alert_id, b.verdict, '', ?, ? FROM alert_changes_before b JOIN labels l ON l.alert_id = b.alert_id
            WHERE b.change_id = ? AND b.verdict IS NOT ? AND l.by = ? AND l.at = ? AND l.sequence = (SELECT max(sequence) FROM labels WHERE alert_id = b.alert_id)
            RETURNING alert_id AS id`,
          [bindable(by), at, id, verdict, row.by as string, row.at as number],
        );
        for (const one of rows) done.add(one.id);
      }
      this.forget(id, id);
      return done.size;
    });
  }

  private set(columns: string, values: readonly SqlValue[], id: number, where = '1', more: readonly SqlValue[] = []): void {
    this.database.run(`UPDATE alerts SET ${columns} WHERE id IN (${OF_CHANGE}) AND ${where}`, [...values, id, ...more]);
  }

  /** Changes from `from` up to `to`. */
  private forget(to: number, from: number): void {
    this.database.run('DELETE FROM alert_changes_before WHERE change_id BETWEEN ? AND ?', [from, to]);
    this.database.run('DELETE FROM alert_changes WHERE id BETWEEN ? AND ?', [from, to]);
  }

  private missing(ids: readonly string[]): readonly string[] {
    const rows = this.database.all('SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM alerts)', [JSON.stringify(ids)]);
    return rows.map(({ value }) => value as string);
  }
}
