import type { Expectation } from '../../core/index.ts';
import type { RelationalDatabase, SqlRow } from './database.ts';
import { bindable } from './selection.ts';

/** Append-only; what is in force is the last entry of each rule. */
export class Expectations {
  private readonly database: RelationalDatabase;

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  append(entry: Omit<Expectation, 'sequence'>): Expectation {
    const { id, type, host, user, title, reason, inForce, by, at } = entry;
    const texts = [id, type, host, user ?? null, title, reason].map((value) => bindable(value));
    const sql = 'INSERT INTO expectations (id, type, host, user, title, reason, in_force, by, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)';
    const sequence = this.database.run(sql, [...texts, Number(inForce), bindable(by), at]).id;
    return { ...entry, sequence };
  }

  inForce(): readonly Expectation[] {
    const last = 'sequence = (SELECT max(sequence) FROM expectations e WHERE e.id = expectations.id)';
    return this.database.all(`SELECT * FROM expectations WHERE in_force = 1 AND ${last} ORDER BY sequence`).map(toExpectation);
  }

  log(): readonly Expectation[] {
    return this.database.all('SELECT * FROM expectations ORDER BY sequence').map(toExpectation);
  }
}

function toExpectation(row: SqlRow): Expectation {
  return {
    sequence: Number(row.sequence),
    id: row.id as string,
    type: row.type as string,
    host: row.host as string,
    ...(row.user === null ? {} : { user: row.user as string }),
    title: row.title as string,
    reason: row.reason as string,
    inForce: row.in_force === 1,
    by: row.by as string,
    at: Number(row.at),
  };
}
