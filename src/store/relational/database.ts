import { rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { VedetteError } from '../../core/index.ts';
import { diskTakesNoMore, FULL_HINT } from '../errors.ts';

export type SqlValue = number | string | Uint8Array | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** The embedded relational store: synchronous, so it lives in the store worker. Values are bound, never concatenated. */
export interface RelationalDatabase {
  run(sql: string, values?: readonly SqlValue[]): { readonly changes: number; readonly id: number };
  all(sql: string, values?: readonly SqlValue[]): readonly SqlRow[];
  get(sql: string, values?: readonly SqlValue[]): SqlRow | undefined;
  script(sql: string): void;
  /** All or nothing, durable when it returns; not nested. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** SQLite in WebAssembly. Prepared statements are kept by their text (all texts are constants of this program). */
export async function openSqlite(path: string): Promise<RelationalDatabase> {
  const { default: sqlite } = await import('node-sqlite3-wasm');
  // Its lock is a folder that survives SIGKILL. The home's pid lock says that nobody else is here.
  rmSync(`${path}.lock`, { recursive: true, force: true });
  const failed = (error: unknown) => asStoreError(error, path);
  try {
    const database = new sqlite.Database(path);
    // EXCLUSIVE first: WAL then needs no shared memory, which this build does not have.
    database.get('PRAGMA locking_mode = EXCLUSIVE');
    database.get('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16000;');
    return new Sqlite(database, failed);
  } catch (error) {
    throw failed(error);
  }
}

type Database = import('node-sqlite3-wasm').Database;
type Statement = import('node-sqlite3-wasm').Statement;

class Sqlite implements RelationalDatabase {
  private readonly database: Database;
  private readonly failed: (error: unknown) => VedetteError;
  private readonly statements = new Map<string, Statement>();

  constructor(database: Database, failed: (error: unknown) => VedetteError) {
    this.database = database;
    this.failed = failed;
  }

  run(sql: string, values: readonly SqlValue[] = []) {
    return this.use(sql, (statement) => {
      const { changes, lastInsertRowid } = statement.run([...values]);
      return { changes, id: Number(lastInsertRowid) };
    });
  }

  all(sql: string, values: readonly SqlValue[] = []): readonly SqlRow[] {
    return this.use(sql, (statement) => statement.all([...values]) as unknown as SqlRow[]);
  }

  get(sql: string, values: readonly SqlValue[] = []): SqlRow | undefined {
    return this.all(sql, values)[0];
  }

  script(sql: string): void {
    try {
      this.database.exec(sql);
    } catch (error) {
      throw this.failed(error);
    }
  }

  transaction<T>(work: () => T): T {
    this.script('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.script('COMMIT');
      return result;
    } catch (error) {
      try {
        // A failed write may have rolled back on its own.
        if (this.database.inTransaction) this.database.exec('ROLLBACK');
      } catch {
        this.forget();
      }
      throw error;
    }
  }

  close(): void {
    this.forget();
    if (this.database.isOpen) this.database.close();
  }

  private use<T>(sql: string, work: (statement: Statement) => T): T {
    let statement = this.statements.get(sql);
    try {
      if (statement === undefined) {
        statement = this.database.prepare(sql);
        this.statements.set(sql, statement);
      }
      return work(statement);
    } catch (error) {
      this.statements.delete(sql);
      finalize(statement);
      throw this.failed(error);
    }
  }

  private forget(): void {
    for (const statement of this.statements.values()) finalize(statement);
    this.statements.clear();
  }
}

/** Finalizing reports the error of the last step once more; it was reported already. */
function finalize(statement: Statement | undefined): void {
  try {
    statement?.finalize();
  } catch {
    return;
  }
}

function asStoreError(error: unknown, path: string): VedetteError {
  if (error instanceof VedetteError) return error;
  const message = error instanceof Error ? error.message : String(error);
  // The build maps every failed write(2) to an I/O error, a full disk among them.
  const full =
    message.includes('database or disk is full') ||
    (/disk I\/O error|unable to open/.test(message) && diskTakesNoMore(dirname(path), longest(path)));
  if (full) return new VedetteError('STORE_FULL', `Writing ${path}: the disk is full`, { hint: FULL_HINT, cause: error });
  return new VedetteError('STORE_CORRUPT', `${path}: ${message}`, {
    hint: 'If this repeats, restore the file from a backup, or move it away to start with an empty store.',
    cause: error,
  });
}

function longest(path: string): number {
  return Math.max(...[path, `${path}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0));
}
