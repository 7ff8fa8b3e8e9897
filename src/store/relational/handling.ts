import type { Micros, Note } from '../../core/index.ts';
import type { RelationalDatabase, SqlRow } from './database.ts';
import { bindable } from './selection.ts';

/** Who took up a row and what people wrote about it: a column `assignee` and a table of notes. Alerts and incidents alike. */
export class Handling {
  /** Selects the notes of a row, for `handlingOf`. */
  readonly notes: string;
  /** Somebody took the row up or wrote about it. */
  readonly handled: string;
  private readonly table: 'alerts' | 'incidents';
  private readonly database: RelationalDatabase;
  private readonly noteTable: string;
  private readonly reference: string;

  constructor(database: RelationalDatabase, table: 'alerts' | 'incidents') {
    this.database = database;
    this.table = table;
    this.noteTable = table === 'alerts' ? 'alert_notes' : 'incident_notes';
    this.reference = table === 'alerts' ? 'alert_id' : 'incident_id';
    const own = `FROM ${this.noteTable} n WHERE n.${this.reference} = ${table}.id`;
    this.notes = `(SELECT json_group_array(json_object('note', note, 'by', by, 'at', at)) FROM (SELECT note, by, at ${own} ORDER BY sequence)) AS notes`;
    this.handled = `assignee IS NOT NULL OR EXISTS (SELECT 1 ${own})`;
  }

  /** Whether there is such a row; null = nobody. */
  assign(id: string, assignee: string | null): boolean {
    return this.database.run(`UPDATE ${this.table} SET assignee = ? WHERE id = ?`, [bindable(assignee), id]).changes > 0;
  }

  /** Whether there is such a row. */
  note(id: string, note: string, by: string, at: Micros): boolean {
    const sql = `INSERT INTO ${this.noteTable} (${this.reference}, note, by, at) SELECT id, ?, ?, ? FROM ${this.table} WHERE id = ?`;
    return this.database.run(sql, [bindable(note), bindable(by), at, id]).changes > 0;
  }
}

/** Of a row that was selected with `assignee` and `Handling.notes`. */
export function handlingOf(row: SqlRow): { readonly assignee?: string; readonly notes: readonly Note[] } {
  const notes = JSON.parse(row.notes as string) as Note[];
  return row.assignee === null ? { notes } : { assignee: row.assignee as string, notes };
}
