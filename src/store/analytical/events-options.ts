import type { DuckDb, IoThreads } from './duckdb.ts';
import type { StoredFile } from './parquet-files.ts';
import type { StoredReader } from './stored-reader.ts';

export interface EventsOptions {
  readonly keep: boolean;
  readonly memoryBytes: number;
  readonly threads: number;
  /** Shared by all tenants. */
  readonly io: IoThreads;
}

export interface Opened {
  readonly duck: DuckDb;
  readonly reader: StoredReader;
}

/** Written and durable, of an epoch that is not committed yet. */
export interface PendingFile {
  readonly epoch: number;
  readonly file: StoredFile;
}
