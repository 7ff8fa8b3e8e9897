import { type Micros, VedetteError } from '../../core/index.ts';
import type { RelationalDatabase, SqlRow } from '../relational/database.ts';
import type { Membership, User, UserChange } from './contract.ts';

export class Accounts {
  private readonly database: RelationalDatabase;

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  create(user: Omit<User, 'lastSignIn' | 'disabled'> & { passwordHash: string }): User {
    const { id, name, passwordHash, administrator, createdAt, memberships } = user;
    this.database.transaction(() => {
      if (this.database.get('SELECT 1 AS n FROM users WHERE name = ?', [name]) !== undefined)
        throw new VedetteError('USAGE', `the name ${name} is taken`, { hint: 'Choose another name, or change that user.' });
      this.database.run('INSERT INTO users (id, name, password_hash, administrator, created_at) VALUES (?, ?, ?, ?, ?)', [
        ...[id, name, passwordHash, administrator ? 1 : 0, createdAt],
      ]);
      this.setMemberships(id, memberships);
    });
    return this.known(id);
  }

  get(id: string): User | undefined {
    const row = this.database.get('SELECT * FROM users WHERE id = ?', [id]);
    return row === undefined ? undefined : this.toUser(row);
  }

  byName(name: string): (User & { passwordHash: string }) | undefined {
    const row = this.database.get('SELECT * FROM users WHERE name = ?', [name]);
    return row === undefined ? undefined : { ...this.toUser(row), passwordHash: row.password_hash as string };
  }

  list(): readonly User[] {
    return this.database.all('SELECT * FROM users ORDER BY name').map((row) => this.toUser(row));
  }

  change(id: string, { passwordHash, administrator, disabled, memberships }: UserChange): User {
    this.database.transaction(() => {
      this.known(id);
      if (passwordHash !== undefined) this.database.run('UPDATE users SET password_hash = ? WHERE id = ?', [passwordHash, id]);
      if (administrator !== undefined) this.database.run('UPDATE users SET administrator = ? WHERE id = ?', [administrator ? 1 : 0, id]);
      if (disabled !== undefined) this.database.run('UPDATE users SET disabled = ? WHERE id = ?', [disabled ? 1 : 0, id]);
      if (memberships !== undefined) this.setMemberships(id, memberships);
      if (administrator === false || disabled === true) this.checkAdministered();
    });
    return this.known(id);
  }

  remove(id: string): boolean {
    return this.database.transaction(() => {
      const { changes } = this.database.run('DELETE FROM users WHERE id = ?', [id]);
      this.checkAdministered();
      return changes > 0;
    });
  }

  signedIn(id: string, at: Micros): void {
    this.database.run('UPDATE users SET last_sign_in = ? WHERE id = ?', [at, id]);
  }

  count(): number {
    return Number(this.database.get('SELECT count(*) AS n FROM users')?.n ?? 0);
  }

  private known(id: string): User {
    const user = this.get(id);
    if (user === undefined) throw new VedetteError('USAGE', 'there is no such user', { hint: 'List the users again.' });
    return user;
  }

  private checkAdministered(): void {
    if (this.database.get('SELECT 1 AS n FROM users WHERE administrator = 1 AND disabled = 0') !== undefined) return;
    throw new VedetteError('USAGE', 'this would leave nobody to administer', { hint: 'Make another user administrator first.' });
  }

  private setMemberships(id: string, memberships: readonly Membership[]): void {
    this.database.run('DELETE FROM memberships WHERE user_id = ?', [id]);
    for (const { tenant, role } of memberships)
      this.database.run('INSERT OR REPLACE INTO memberships (user_id, tenant, role) VALUES (?, ?, ?)', [id, tenant, role]);
  }

  private toUser(row: SqlRow): User {
    const id = row.id as string;
    const memberships = this.database.all('SELECT tenant, role FROM memberships WHERE user_id = ? ORDER BY tenant', [id]);
    return {
      id,
      name: row.name as string,
      administrator: row.administrator === 1,
      disabled: row.disabled === 1,
      createdAt: Number(row.created_at),
      lastSignIn: row.last_sign_in === null ? null : Number(row.last_sign_in),
      memberships: memberships.map((one) => ({ tenant: one.tenant as string, role: one.role as string })),
    };
  }
}
