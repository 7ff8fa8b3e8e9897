import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { Gate, VedetteError } from '../../core/index.ts';
import { diskTakesNoMore, FULL_HINT } from '../errors.ts';

export interface DuckDbOptions {
  /** The only folder DuckDB may touch; it spills into `tmp/` below it. */
  readonly folder: string;
  readonly memoryBytes: number;
  readonly threads: number;
}

/**
 * DuckDB works in the threads that the whole process reads, writes and syncs its files with, four by default. So many pieces of its
 * work take one at once; the others wait outside, so that sources are read and commits synced meanwhile.
 */
export interface IoThreads {
  readonly queries: Gate;
  /** Those of the queries that take long, and merging: what is asked for most never waits for two of them. */
  readonly searches: Gate;
  readonly writes: Gate;
}

export const ioThreads = (): IoThreads => ({ queries: new Gate(2), searches: new Gate(1), writes: new Gate(1) });

/** Connections of their own, so that none waits for another: a connection does one thing at a time. */
export interface DuckDb {
  /** For appending rows. */
  readonly connection: DuckDBConnection;
  /** For files being written. */
  readonly writing: DuckDBConnection;
  /** For queries. */
  readonly reading: readonly DuckDBConnection[];
  /** For files made from others. */
  readonly merging: DuckDBConnection;
  close(): void;
}

/** An in-memory DuckDB that reads and writes files below one folder only, loads no extension, and cannot be reconfigured. */
export async function openDuckDb({ folder, memoryBytes, threads }: DuckDbOptions): Promise<DuckDb> {
  const { DuckDBInstance: Instance } = await import('@duckdb/node-api');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let instance: DuckDBInstance | undefined;
  try {
    instance = await Instance.create(':memory:', { threads: String(threads), memory_limit: `${Math.ceil(memoryBytes / 1e6)}MB` });
    const connection = await instance.connect();
    // Folder names are the program's and the operator's own; SET takes no parameters, so quotes are doubled.
    const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
    for (const setting of [
      `allowed_directories = [${quote(join(folder, '/'))}]`,
      `temp_directory = ${quote(join(folder, 'tmp'))}`,
      'autoinstall_known_extensions = false',
      'autoload_known_extensions = false',
      'allow_community_extensions = false',
      'enable_external_access = false',
      'lock_configuration = true',
    ]) {
      await connection.run(`SET ${setting}`);
    }
    const writing = await instance.connect();
    const reading = [await instance.connect(), await instance.connect()];
    const merging = await instance.connect();
    const opened = instance;
    return {
      connection,
      writing,
      reading,
      merging,
      close() {
        for (const one of [writing, merging, ...reading]) one.closeSync();
        connection.closeSync();
        opened.closeSync();
      },
    };
  } catch (error) {
    instance?.closeSync();
    throw duckError(error, folder);
  }
}

export function duckError(error: unknown, folder: string): VedetteError {
  if (error instanceof VedetteError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const full =
    /no space left|file too large|disk quota/i.test(message) || (/IO Error|Could not write/i.test(message) && diskTakesNoMore(folder));
  if (full) return new VedetteError('STORE_FULL', `Writing below ${folder}: the disk is full`, { hint: FULL_HINT, cause: error });
  if (/out of memory/i.test(message)) {
    return new VedetteError('LIMIT_EXCEEDED', `The analytical store ran out of its memory: ${message}`, {
      hint: 'Raise the memory of the store or ask for a shorter time range.',
      cause: error,
    });
  }
  return new VedetteError('STORE_CORRUPT', `The analytical store failed: ${message}`, {
    hint: 'If one file is named, move it away; the others stay readable.',
    cause: error,
  });
}
