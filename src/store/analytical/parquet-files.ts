import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { EventKind } from '../../core/index.ts';
import type { ByteStore } from '../contract.ts';
import { FILE_MODE, FOLDER_MODE, syncFile, syncFolder } from '../disk.ts';
import { storeError } from '../errors.ts';
import { duckError } from './duckdb.ts';
import type { StagedSpan } from './staging.ts';

/** One Parquet file as the relational store lists it; visible only from the epoch's commit on. */
export interface StoredFile {
  readonly key: string;
  readonly dataset: Dataset;
  readonly rows: number;
  readonly bytes: number;
  /** Range of the time column; undefined when no row has a time. */
  readonly minTime?: number;
  readonly maxTime?: number;
  readonly sources: readonly string[];
}

export type Dataset = EventKind | 'features' | 'detections';

const MICROS_PER_DAY = 86_400_000_000;
/** An epoch that spans more days than this is filed by month: a decade of history must not become thousands of files. */
const MAX_DAYS = 40;

export interface FileSpec {
  readonly dataset: Dataset;
  readonly epoch: number;
  /** Number of this write within the epoch. */
  readonly part: number;
  /** Rows to write, as constant SQL. */
  readonly select: string;
  readonly timeColumn: string;
  /** What is known of the rows already. */
  readonly span?: StagedSpan;
}

/** Writes the rows of a SELECT as one Parquet file per day under the epoch's name: temporary name, fsync, rename. */
export async function writeByDay(connection: DuckDBConnection, bytes: ByteStore, root: string, spec: FileSpec): Promise<StoredFile[]> {
  const { dataset, epoch, part, select, timeColumn, span } = spec;
  const keyOf = (partition: string) => `events/${dataset}/day=${partition}/${fileName(epoch, part)}`;
  const only = span === undefined ? undefined : onlyDayOf(span);
  if (span !== undefined && only !== undefined) {
    const key = keyOf(only);
    const path = bytes.local(key);
    await copyToParquet(connection, select, [path], root);
    const [minTime, maxTime] = span.times ?? [];
    return [
      {
        key,
        dataset,
        rows: span.rows,
        bytes: (await stat(path)).size,
        ...(minTime !== undefined && maxTime !== undefined && { minTime, maxTime }),
        sources: span.sources,
      },
    ];
  }
  const day = `"${timeColumn}" // ${MICROS_PER_DAY}`;
  const days = await rowsOf(connection, `SELECT DISTINCT ${day} AS day FROM (${select}) ORDER BY day NULLS LAST`);
  const files: StoredFile[] = [];
  for (const [name, range] of partitions(days.map((row) => row.day as bigint | null))) {
    const key = keyOf(name);
    const path = bytes.local(key);
    const where = range === null ? `"${timeColumn}" IS NULL` : `${day} BETWEEN $2 AND $3`;
    await copyToParquet(connection, `SELECT * FROM (${select}) WHERE ${where}`, [path, ...(range ?? [])], root);
    const [summary] = await rowsOf(
      connection,
      `SELECT count(*) AS n, min("${timeColumn}") AS low, max("${timeColumn}") AS high, list(DISTINCT source) AS sources FROM read_parquet($1)`,
      [path],
    );
    const { low, high } = summary ?? {};
    files.push({
      key,
      dataset,
      rows: Number(summary?.n ?? 0),
      bytes: (await stat(path)).size,
      ...(typeof low === 'bigint' && typeof high === 'bigint' ? { minTime: Number(low), maxTime: Number(high) } : {}),
      sources: listOf(summary?.sources).map(String).sort(),
    });
  }
  return files;
}

export function fileName(epoch: number, part: number): string {
  return `e${String(epoch).padStart(10, '0')}-${part}.parquet`;
}

/** The day that all rows lie in, where that is known. */
function onlyDayOf({ times }: StagedSpan): string | undefined {
  if (times === undefined || times[0] < 0) return undefined;
  const [first, last] = times.map((time) => Math.floor(time / MICROS_PER_DAY));
  return first === last && first !== undefined ? dayName(first) : undefined;
}

function dayName(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** Names of the partitions with their first and last day; null = rows without a time. */
function partitions(days: readonly (bigint | null)[]): ReadonlyMap<string, readonly [bigint, bigint] | null> {
  const named = new Map<string, readonly [bigint, bigint] | null>();
  for (const day of days) {
    if (day === null) {
      named.set('undated', null);
      continue;
    }
    const date = dayName(Number(day));
    const name = days.length > MAX_DAYS ? date.slice(0, -3) : date;
    named.set(name, [named.get(name)?.[0] ?? day, day]);
  }
  return named;
}

/** Mode of a file that is written for its user, not for the store: as of any other new file. */
export function userFileMode(): number {
  return 0o666 & ~process.umask();
}

/** COPY of a SELECT whose first parameter is the path; the file appears complete and durable, or not at all. */
export async function copyToParquet(
  connection: DuckDBConnection,
  select: string,
  values: readonly [path: string, ...bigint[]],
  root: string,
  mode = FILE_MODE,
): Promise<void> {
  const [path, ...rest] = values;
  const temporary = `${path}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
    await connection.run(`COPY (${select}) TO $1 (FORMAT parquet, COMPRESSION zstd)`, [temporary, ...rest]);
    await chmod(temporary, mode);
    await syncFile(temporary);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error instanceof Error && 'code' in error ? storeError(error, `Writing ${path}`) : duckError(error, root);
  }
}

export type DuckRow = Readonly<Record<string, unknown>>;

export async function rowsOf(
  connection: DuckDBConnection,
  sql: string,
  values: readonly (string | number | bigint | null)[] = [],
): Promise<readonly DuckRow[]> {
  const reader = await connection.runAndReadAll(sql, [...values]);
  return reader.getRowObjects();
}

/** Items of a DuckDB list value; none for NULL. */
export function listOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || !('items' in value) || !Array.isArray(value.items)) return [];
  return value.items;
}
