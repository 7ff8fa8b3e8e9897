import type { Micros } from '../../core/index.ts';
import type { AuditEntry, Page } from '../contract.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { RelationalDatabase } from '../relational/database.ts';
import type { Sample } from './contract.ts';

export class HomeJournal {
  private readonly database: RelationalDatabase;

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  audit(entry: AuditEntry): void {
    this.database.run('INSERT INTO audit (at, body) VALUES (?, ?)', [entry.at, JSON.stringify(entry)]);
  }

  auditLog(query: { limit?: number; cursor?: string } = {}): Page<AuditEntry> {
    const before = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : (decodeCursor(query.cursor, ['number'])[0] as number);
    const limit = query.limit ?? 100;
    const rows = this.database.all('SELECT sequence, body FROM audit WHERE sequence < ? ORDER BY sequence DESC LIMIT ?', [
      before,
      limit + 1,
    ]);
    const items = rows.slice(0, limit).map((row) => JSON.parse(row.body as string) as AuditEntry);
    const last = rows[limit - 1];
    return rows.length > limit && last !== undefined ? { items, cursor: encodeCursor([last.sequence]) } : { items };
  }

  addSample(tenant: string, { at, body }: Sample): void {
    this.database.run('INSERT OR REPLACE INTO samples (tenant, at, body) VALUES (?, ?, ?)', [tenant, at, JSON.stringify(body)]);
  }

  samples(tenant: string, from: Micros): readonly Sample[] {
    return this.database
      .all('SELECT at, body FROM samples WHERE tenant = ? AND at >= ? ORDER BY at', [tenant, from])
      .map((row) => ({ at: Number(row.at), body: JSON.parse(row.body as string) as Sample['body'] }));
  }

  firstSample(tenant: string): Micros | undefined {
    const at = this.database.get('SELECT min(at) AS at FROM samples WHERE tenant = ?', [tenant])?.at;
    return typeof at === 'number' || typeof at === 'bigint' ? Number(at) : undefined;
  }

  pruneSamples(before: Micros): void {
    this.database.run('DELETE FROM samples WHERE at < ?', [before]);
  }
}
