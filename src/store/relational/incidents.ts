import {
  type AlertState,
  type HandledIncident,
  type Incident,
  type IncidentBand,
  type IncidentHandling,
  type Micros,
  VedetteError,
} from '../../core/index.ts';
import type { HandlingChange, Page } from '../contract.ts';
import type { IncidentQuery } from '../correlation-contract.ts';
import type { RelationalDatabase, SqlRow } from './database.ts';
import { Handling, handlingOf } from './handling.ts';
import { isOlder, laterKnown } from './known.ts';
import { bindable, pageOf, Selection } from './selection.ts';

const BANDS: readonly IncidentBand[] = ['low', 'notify', 'high', 'critical'];

/** State, assignee and notes are people's: the pipeline writing the incident again leaves them. */
const UPSERT = `
  INSERT INTO incidents (id, start_at, last_evidence, score, band, growing, learning, epoch, known_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    start_at = excluded.start_at, last_evidence = excluded.last_evidence, score = excluded.score, band = excluded.band,
    growing = excluded.growing, learning = excluded.learning, epoch = excluded.epoch,
    known_at = ${laterKnown('incidents')}, body = excluded.body`;

export class Incidents {
  private readonly database: RelationalDatabase;
  private readonly handling: Handling;
  private readonly columns: string;

  constructor(database: RelationalDatabase) {
    this.database = database;
    this.handling = new Handling(database, 'incidents');
    this.columns = `id, body, state, assignee, merged_into, ${this.handling.notes}`;
  }

  /** Inside the caller's transaction. */
  write(incidents: readonly Incident[], epoch: number, knownAt?: Micros): void {
    for (const one of incidents) {
      const numbers = [one.start, one.lastEvidence, one.score, BANDS.indexOf(one.band), Number(one.growing), Number(one.learning), epoch];
      this.database.run(UPSERT, [one.id, ...numbers.map(bindable), knownAt ?? null, bodyOf(one)]);
      this.database.run('DELETE FROM incident_hosts WHERE incident_id = ?', [one.id]);
      for (const host of one.hosts)
        this.database.run('INSERT OR IGNORE INTO incident_hosts (host, incident_id) VALUES (?, ?)', [bindable(host), one.id]);
      for (const merged of one.merged)
        this.database.run('UPDATE incidents SET merged_into = ?, growing = 0 WHERE id = ? AND id <> ?', [one.id, merged, one.id]);
    }
  }

  save(incidents: readonly Incident[], knownAt?: Micros): void {
    this.database.transaction(() => this.write(incidents, 0, knownAt));
  }

  get(id: string): HandledIncident | undefined {
    const row = this.database.get(`SELECT ${this.columns} FROM incidents WHERE id = ?`, [id]);
    return row === undefined ? undefined : toIncident(row);
  }

  find(prefix: string): readonly string[] {
    const rows = this.database.all('SELECT id FROM incidents WHERE id >= ? AND id < ? ORDER BY id LIMIT 2', [prefix, `${prefix}\uffff`]);
    return rows.map((row) => row.id as string);
  }

  list(query: IncidentQuery = {}): Page<HandledIncident> {
    const { limit, cursor } = query;
    const by = query.order === 'score' ? 'score' : 'last_evidence';
    const order = { table: 'incidents', columns: this.columns, by, tie: 'id', limit, cursor };
    return pageOf(this.database, selectionOf(query), order, toIncident);
  }

  ofHost(host: string, limit: number): readonly HandledIncident[] {
    const sql = `SELECT ${this.columns} FROM incidents WHERE merged_into IS NULL AND ${OF_HOST} ORDER BY last_evidence DESC, id LIMIT ?`;
    return this.database.all(sql, [bindable(host), limit]).map(toIncident);
  }

  change(id: string, { state, assignee }: HandlingChange, by: string, at: Micros): void {
    this.database.transaction(() => {
      if (state !== undefined) this.database.run('UPDATE incidents SET state = ? WHERE id = ?', [state, id]);
      if (assignee !== undefined) this.handling.assign(id, assignee);
      if (this.database.run('UPDATE incidents SET changed_by = ?, changed_at = ? WHERE id = ?', [by, at, id]).changes === 0)
        throw missing(id);
    });
  }

  note(id: string, note: string, by: string, at: Micros): void {
    if (!this.handling.note(id, note, by, at)) throw missing(id);
  }

  /** Those that nobody took up or wrote about. */
  removeBefore(time: Micros): number {
    return this.database.transaction(() => {
      const { changes } = this.database.run(
        `DELETE FROM incidents WHERE ${isOlder('last_evidence')} AND growing = 0 AND NOT (${this.handling.handled})`,
        [time],
      );
      this.database.run('DELETE FROM incident_hosts WHERE incident_id NOT IN (SELECT id FROM incidents)');
      return changes;
    });
  }
}

function toIncident(row: SqlRow): HandledIncident {
  const merged = row.merged_into === null ? {} : { growing: false, mergedInto: row.merged_into as string };
  const body = JSON.parse(row.body as string) as Incident;
  // Those written by older versions have no count of their own.
  return { ...body, hostCount: body.hostCount ?? body.hosts.length, ...merged, state: row.state as AlertState, ...handlingOf(row) };
}

/** What the pipeline knows, without what people added. */
function bodyOf(incident: Incident & Partial<IncidentHandling>): string {
  const { state: _state, assignee: _assignee, notes: _notes, mergedInto: _mergedInto, ...body } = incident;
  return JSON.stringify(body);
}

const OF_HOST = 'id IN (SELECT incident_id FROM incident_hosts WHERE host = ?)';

function selectionOf(query: IncidentQuery): Selection {
  const { growing } = query;
  const conditions: ConstructorParameters<typeof Selection>[0] = [
    ['last_evidence >= ?', query.from],
    ['start_at < ?', query.to],
    ['band >= ?', query.band === undefined ? undefined : BANDS.indexOf(query.band)],
    ['state = ?', query.state],
    ['growing = ?', growing === undefined ? undefined : Number(growing)],
    ['learning = ?', query.learning === true ? undefined : 0],
    [OF_HOST, query.host],
    ['assignee = ?', query.assignee],
  ];
  return new Selection(conditions, ['merged_into IS NULL']);
}

function missing(id: string): VedetteError {
  return new VedetteError('INPUT_MISSING', `there is no incident ${JSON.stringify(id)}`, {
    hint: '`vedette incidents list` shows the ids.',
  });
}
