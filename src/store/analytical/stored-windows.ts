import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type EventKind, VedetteError } from '../../core/index.ts';
import { openDuckDb } from './duckdb.ts';
import { storedColumns } from './stored-columns.ts';
import { registerTextFunctions, type TextFunction } from './text-functions.ts';

const MEMORY_BYTES = 512 * 1024 ** 2;

export interface StoredWindowsQuery {
  /** Of `EventStore.stored`; all of one tenant. */
  readonly files: readonly string[];
  readonly kind: EventKind;
  /** Events of this source alone. */
  readonly source?: string;
  /** SQL over `relation`, a subquery with the columns of the kind as they are stored. */
  readonly sql: (relation: string) => string;
  /** Scalar functions that the SQL calls. */
  readonly functions: Readonly<Record<string, TextFunction>>;
  readonly memoryBytes?: number;
  /** INPUT_UNREADABLE when it is aborted before the end. */
  readonly signal?: AbortSignal;
}

/** Columns of a chunk of result rows by name. */
export type WindowChunk = Readonly<Record<string, readonly unknown[]>>;

/**
 * Rows of compiled SQL over committed Parquet files, in chunks: for threads that have no store of their own. DuckDB reads below the folder
 * of the tenant alone, in bounded memory, and spills there.
 */
export async function* readStoredWindows(query: StoredWindowsQuery): AsyncGenerator<WindowChunk> {
  const [first] = query.files;
  if (first === undefined) return;
  const memoryBytes = query.memoryBytes ?? MEMORY_BYTES;
  const { connection, close } = await openDuckDb({ folder: dirname(dirname(dirname(first))), memoryBytes, threads: 1 });
  const stop = () => connection.interrupt();
  try {
    query.signal?.addEventListener('abort', stop);
    query.signal?.throwIfAborted();
    await registerTextFunctions(connection, query.functions);
    const { LIST, VARCHAR, listValue } = await import('@duckdb/node-api');
    const files = listValue([...query.files]);
    const relation = `(${await relationOf(connection, query)})`;
    const bound = { '1': files, ...(query.source === undefined ? {} : { '2': query.source }) };
    const result = await connection.stream(query.sql(relation), bound, { '1': LIST(VARCHAR) });
    const names = result.columnNames();
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const columns = names.map((_, i) => chunk?.getColumnValues(i) ?? []);
      yield Object.fromEntries(names.map((name, i) => [name, columns[i] ?? []]));
    }
  } catch (error) {
    throw unreadable(error, query.signal);
  } finally {
    query.signal?.removeEventListener('abort', stop);
    close();
  }
}

/** All columns of the kind; those that files of an earlier version lack are NULL. */
async function relationOf(connection: DuckDBConnection, { files, kind, source }: StoredWindowsQuery): Promise<string> {
  const { LIST, VARCHAR, listValue } = await import('@duckdb/node-api');
  const from = 'FROM read_parquet($1, union_by_name = true)';
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * ${from}`, { '1': listValue([...files]) }, { '1': LIST(VARCHAR) });
  const there = new Set(described.getRowObjects().map(({ column_name }) => String(column_name)));
  const picks = storedColumns(kind).map(({ name, parquet }) => (there.has(name) ? `"${name}"` : `NULL::${parquet} AS "${name}"`));
  return `SELECT ${picks.join(', ')} ${from}${source === undefined ? '' : ' WHERE source = $2'}`;
}

function unreadable(error: unknown, signal: AbortSignal | undefined): VedetteError {
  if (error instanceof VedetteError) return error;
  if (signal?.aborted === true) {
    return new VedetteError('LIMIT_EXCEEDED', 'reading the stored events took too long', {
      hint: 'Ask for a shorter time range or one source.',
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  if (/out of memory/i.test(message)) {
    return new VedetteError('LIMIT_EXCEEDED', `the stored events do not fit into the memory of the query: ${message}`, {
      hint: 'Ask for a shorter time range or one source.',
      cause: error,
    });
  }
  return new VedetteError('INPUT_UNREADABLE', `the stored events cannot be read: ${message}`, {
    hint: 'Retention may have removed them meanwhile; try again.',
    cause: error,
  });
}
