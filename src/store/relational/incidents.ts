import {
  type AlertState,
  type HandledIncident,
  type Incident,
  type IncidentBand,
  type IncidentHandling,
  type IncidentNote,
  type Micros,
  VedetteError,
} from '../../core/index.ts';
import type { Page } from '../contract.ts';
import type { IncidentChange, IncidentQuery } from '../correlation-contract.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { bindable } from './alerts.ts';
import type { RelationalDatabase, SqlRow, SqlValue } from './database.ts';

const BANDS: readonly IncidentBand[] = ['low', 'notify', 'high', 'critical'];

/** State, assignee and notes are people's: the pipeline writing the incident again leaves them. */
const UPSERT = `
  INSERT INTO incidents (id, start_at, last_evidence, score, band, growing, learning, epoch, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    start_at = excluded.start_at, last_evidence = excluded.last_evidence, score = excluded.score, band = excluded.band,
    growing = excluded.growing, learning = excluded.learning, epoch = excluded.epoch, body = excluded.body`;

const COLUMNS = 'id, body, state, assignee, merged_into';

export class Incidents {
  private readonly database: RelationalDatabase;

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  /** Inside the caller's transaction. */
  write(incidents: readonly Incident[], epoch: number): void {
    for (const one of incidents) {
      const numbers = [one.start, one.lastEvidence, one.score, BANDS.indexOf(one.band), Number(one.growing), Number(one.learning), epoch];
      this.database.run(UPSERT, [one.id, ...numbers.map(bindable), bodyOf(one)]);
      this.database.run('DELETE FROM incident_hosts WHERE incident_id = ?', [one.id]);
      for (const host of one.hosts)
        this.database.run('INSERT OR IGNORE INTO incident_hosts (host, incident_id) VALUES (?, ?)', [bindable(host), one.id]);
      for (const merged of one.merged)
        this.database.run('UPDATE incidents SET merged_into = ?, growing = 0 WHERE id = ? AND id <> ?', [one.id, merged, one.id]);
    }
  }

  save(incidents: readonly Incident[]): void {
    this.database.transaction(() => this.write(incidents, 0));
  }

  get(id: string): HandledIncident | undefined {
    const row = this.database.get(`SELECT ${COLUMNS} FROM incidents WHERE id = ?`, [id]);
    return row === undefined ? undefined : this.toIncident(row);
  }

  find(prefix: string): readonly string[] {
    const rows = this.database.all('SELECT id FROM incidents WHERE id >= ? AND id < ? ORDER BY id LIMIT 2', [prefix, `${prefix}\uffff`]);
    return rows.map((row) => row.id as string);
  }

  list(query: IncidentQuery = {}): Page<HandledIncident> {
    const column = query.order === 'score' ? 'score' : 'last_evidence';
    const { where, values } = conditions(query);
    if (query.cursor !== undefined) {
      const [at, id] = decodeCursor(query.cursor, ['number', 'string']);
      where.push(`(${column} < ? OR (${column} = ? AND id > ?))`);
      values.push(at as number, at as number, id as string);
    }
    const limit = query.limit ?? 100;
    const sql = `SELECT ${COLUMNS}, ${column} AS position FROM incidents WHERE ${where.join(' AND ')} ORDER BY ${column} DESC, id LIMIT ?`;
    const rows = this.database.all(sql, [...values, limit + 1]);
    const items = rows.slice(0, limit).map((row) => this.toIncident(row));
    const last = rows[limit - 1];
    return rows.length > limit && last !== undefined ? { items, cursor: encodeCursor([last.position, last.id]) } : { items };
  }

  ofHost(host: string, limit: number): readonly HandledIncident[] {
    const sql = `SELECT ${COLUMNS} FROM incidents WHERE merged_into IS NULL AND ${OF_HOST} ORDER BY last_evidence DESC, id LIMIT ?`;
    return this.database.all(sql, [bindable(host), limit]).map((row) => this.toIncident(row));
  }

  change(id: string, { state, assignee }: IncidentChange, by: string, at: Micros): void {
    this.database.transaction(() => {
      if (state !== undefined) this.database.run('UPDATE incidents SET state = ? WHERE id = ?', [state, id]);
      if (assignee !== undefined) this.database.run('UPDATE incidents SET assignee = ? WHERE id = ?', [assignee, id]);
      if (this.database.run('UPDATE incidents SET changed_by = ?, changed_at = ? WHERE id = ?', [by, at, id]).changes === 0)
        throw missing(id);
    });
  }

  note(id: string, note: string, by: string, at: Micros): void {
    this.database.transaction(() => {
      if (this.database.get('SELECT 1 FROM incidents WHERE id = ?', [id]) === undefined) throw missing(id);
      this.database.run('INSERT INTO incident_notes (incident_id, note, by, at) VALUES (?, ?, ?, ?)', [
        id,
        bindable(note),
        bindable(by),
        at,
      ]);
    });
  }

  /** Those that nobody took up or wrote about. */
  removeBefore(time: Micros): number {
    return this.database.transaction(() => {
      const handled = 'EXISTS (SELECT 1 FROM incident_notes n WHERE n.incident_id = incidents.id) OR assignee IS NOT NULL';
      const { changes } = this.database.run(`DELETE FROM incidents WHERE last_evidence < ? AND growing = 0 AND NOT (${handled})`, [time]);
      this.database.run('DELETE FROM incident_hosts WHERE incident_id NOT IN (SELECT id FROM incidents)');
      return changes;
    });
  }

  private toIncident(row: SqlRow): HandledIncident {
    const notes = this.database.all('SELECT note, by, at FROM incident_notes WHERE incident_id = ? ORDER BY sequence', [row.id as string]);
    const merged = row.merged_into === null ? {} : { growing: false, mergedInto: row.merged_into as string };
    return {
      ...(JSON.parse(row.body as string) as Incident),
      ...merged,
      state: row.state as AlertState,
      notes: notes as unknown as IncidentNote[],
      ...(row.assignee === null ? {} : { assignee: row.assignee as string }),
    };
  }
}

/** What the pipeline knows, without what people added. */
function bodyOf(incident: Incident & Partial<IncidentHandling>): string {
  const { state: _state, assignee: _assignee, notes: _notes, mergedInto: _mergedInto, ...body } = incident;
  return JSON.stringify(body);
}

const OF_HOST = 'id IN (SELECT incident_id FROM incident_hosts WHERE host = ?)';

function conditions(query: IncidentQuery): { where: string[]; values: SqlValue[] } {
  const { growing } = query;
  const tests: readonly (readonly [string, SqlValue | undefined])[] = [
    ['last_evidence >= ?', query.from],
    ['start_at < ?', query.to],
    ['band >= ?', query.band === undefined ? undefined : BANDS.indexOf(query.band)],
    ['state = ?', query.state],
    ['growing = ?', growing === undefined ? undefined : Number(growing)],
    ['learning = ?', query.learning === true ? undefined : 0],
    [OF_HOST, query.host],
    ['assignee = ?', query.assignee],
  ];
  const used = tests.filter((test): test is readonly [string, SqlValue] => test[1] !== undefined);
  return { where: ['merged_into IS NULL', ...used.map(([test]) => test)], values: used.map(([, value]) => bindable(value)) };
}

function missing(id: string): VedetteError {
  return new VedetteError('INPUT_MISSING', `there is no incident ${JSON.stringify(id)}`, {
    hint: '`vedette incidents list` shows the ids.',
  });
}
