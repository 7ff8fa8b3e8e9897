import type { Micros } from '../../core/index.ts';
import type { RelationalDatabase, SqlRow } from '../relational/database.ts';
import type { ApiToken, Session } from './contract.ts';

/** Failures are remembered so long and so many. */
const FAILURE_AGE: Micros = 86_400_000_000;
const MAX_FAILURES = 100_000;

export class Credentials {
  private readonly database: RelationalDatabase;

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  addSession(hash: string, { userId, createdAt, expiresAt }: Session): void {
    this.database.run('INSERT INTO sessions (hash, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)', [
      ...[hash, userId, createdAt, expiresAt],
    ]);
  }

  session(hash: string, now: Micros): Session | undefined {
    const row = this.database.get('SELECT * FROM sessions WHERE hash = ? AND expires_at > ?', [hash, now]);
    if (row === undefined) return undefined;
    return { userId: row.user_id as string, createdAt: Number(row.created_at), expiresAt: Number(row.expires_at) };
  }

  endSession(hash: string): void {
    this.database.run('DELETE FROM sessions WHERE hash = ?', [hash]);
  }

  endSessions(userId: string, except = ''): void {
    this.database.run('DELETE FROM sessions WHERE user_id = ? AND hash <> ?', [userId, except]);
  }

  addToken(hash: string, token: ApiToken): void {
    const { id, userId, tenant, name, scopes, createdAt, expiresAt } = token;
    this.database.run(
      'INSERT INTO tokens (id, hash, user_id, tenant, name, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      [id, hash, userId, tenant, name.replaceAll('\0', ''), JSON.stringify(scopes), createdAt, expiresAt],
    );
  }

  token(hash: string, now: Micros): ApiToken | undefined {
    const row = this.database.get('SELECT * FROM tokens WHERE hash = ? AND expires_at > ?', [hash, now]);
    return row === undefined ? undefined : toToken(row);
  }

  tokens(tenant: string): readonly ApiToken[] {
    return this.database.all('SELECT * FROM tokens WHERE tenant = ? ORDER BY created_at, id', [tenant]).map(toToken);
  }

  tokenUsed(id: string, at: Micros): void {
    this.database.run('UPDATE tokens SET last_used = ? WHERE id = ?', [at, id]);
  }

  revokeToken(tenant: string, id: string): boolean {
    return this.database.run('DELETE FROM tokens WHERE tenant = ? AND id = ?', [tenant, id]).changes > 0;
  }

  addLink(hash: string, expiresAt: Micros): void {
    this.database.transaction(() => {
      this.database.run('DELETE FROM links');
      this.database.run('INSERT INTO links (hash, expires_at) VALUES (?, ?)', [hash, expiresAt]);
    });
  }

  redeemLink(hash: string, now: Micros): boolean {
    return this.database.run('DELETE FROM links WHERE hash = ? AND expires_at > ?', [hash, now]).changes > 0;
  }

  attempt(keys: readonly { readonly key: string; readonly limit: number }[], since: Micros, at: Micros): boolean {
    const clean = keys.map(({ key, limit }) => ({ key: key.replaceAll('\0', ''), limit }));
    return this.database.transaction(() => {
      for (const { key, limit } of clean) {
        const row = this.database.get('SELECT count(*) AS n FROM failures WHERE key = ? AND at > ?', [key, since]);
        if (Number(row?.n ?? 0) >= limit) return false;
      }
      for (const { key } of clean) {
        const { id } = this.database.run('INSERT INTO failures (key, at) VALUES (?, ?)', [key, at]);
        if (id % 1000 === 0) this.database.run('DELETE FROM failures WHERE sequence <= ?', [id - MAX_FAILURES]);
      }
      return true;
    });
  }

  forgive(key: string): void {
    this.database.run('DELETE FROM failures WHERE key = ?', [key]);
  }

  prune(now: Micros): void {
    this.database.transaction(() => {
      this.database.run('DELETE FROM sessions WHERE expires_at <= ?', [now]);
      this.database.run('DELETE FROM tokens WHERE expires_at <= ?', [now]);
      this.database.run('DELETE FROM links WHERE expires_at <= ?', [now]);
      this.database.run('DELETE FROM failures WHERE at <= ?', [now - FAILURE_AGE]);
    });
  }
}

function toToken(row: SqlRow): ApiToken {
  return {
    id: row.id as string,
    name: row.name as string,
    tenant: row.tenant as string,
    userId: row.user_id as string,
    scopes: JSON.parse(row.scopes as string) as string[],
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
    lastUsed: row.last_used === null ? null : Number(row.last_used),
  };
}
