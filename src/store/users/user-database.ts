import { chmodSync } from 'node:fs';
import { copyDatabaseSql } from '../backup/snapshot.ts';
import { FILE_MODE } from '../disk.ts';
import { openSqlite, type RelationalDatabase } from '../relational/database.ts';
import { migrate } from '../relational/migrations.ts';
import { Accounts } from './accounts.ts';
import { Credentials } from './credentials.ts';
import { HomeJournal } from './home-journal.ts';
import { USER_MIGRATIONS } from './migrations.ts';

/** What may be called in the store worker; anything else is refused. */
export const USER_SERVICES = {
  accounts: ['create', 'get', 'byName', 'list', 'change', 'remove', 'signedIn', 'count'],
  credentials: [
    ...['addSession', 'session', 'endSession', 'endSessions', 'addToken', 'token', 'tokens', 'tokenUsed', 'revokeToken'],
    ...['addLink', 'redeemLink', 'attempt', 'forgive', 'prune'],
  ],
  journal: ['audit', 'auditLog', 'addSample', 'samples', 'firstSample', 'pruneSamples'],
} as const;

export type UserService = keyof typeof USER_SERVICES;

/** `<home>/home.db`, inside the store worker. */
export class UserDatabase {
  readonly accounts: Accounts;
  readonly credentials: Credentials;
  readonly journal: HomeJournal;
  private readonly database: RelationalDatabase;

  private constructor(database: RelationalDatabase) {
    this.database = database;
    this.accounts = new Accounts(database);
    this.credentials = new Credentials(database);
    this.journal = new HomeJournal(database);
  }

  static async open(path: string): Promise<UserDatabase> {
    const database = await openSqlite(path);
    try {
      migrate(database, path, USER_MIGRATIONS);
      chmodSync(path, FILE_MODE);
      return new UserDatabase(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  call(service: UserService, method: string, args: readonly unknown[]): unknown {
    if (!(USER_SERVICES[service] as readonly string[]).includes(method)) throw new Error(`no such store call: ${service}.${method}`);
    const target = this[service] as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
    return target[method]?.(...args);
  }

  copyTo(target: string): void {
    this.database.script(copyDatabaseSql(target));
    chmodSync(target, FILE_MODE);
  }

  close(): void {
    this.database.close();
  }
}
