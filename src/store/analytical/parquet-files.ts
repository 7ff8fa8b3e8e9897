import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { EventKind } from '../../core/index.ts';
import type { ByteStore } from '../contract.ts';
import { FILE_MODE, FOLDER_MODE, syncFile, syncFolder } from '../disk.ts';
import { storeError } from '../errors.ts';
import { dayName, MAX_DAYS, MICROS_PER_DAY, monthName, UNDATED } from './day-partitions.ts';
import { duckError } from './duckdb.ts';
import type { EventStaging } from './staging.ts';

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

export interface FileSpec {
  readonly dataset: Dataset;
  readonly epoch: number;
  /** Number of this write within the epoch. */
  readonly part: number;
  /** Rows to write, as constant SQL. */
  readonly select: string;
  readonly timeColumn: string;
}

/** Writes what was staged as one Parquet file per day under the name of its epoch, each complete and durable or not there at all. */
export async function writeStaged(bytes: ByteStore, staged: EventStaging, part: number): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for (const { partition, parts, rows, times, sources } of staged.files()) {
    const key = keyOf(staged.kind, partition, staged.epoch, part);
    const whole = Buffer.concat(parts);
    await bytes.write(key, whole);
    const [minTime, maxTime] = times ?? [];
    files.push({
      ...{ key, dataset: staged.kind, rows, bytes: whole.length, sources },
      ...(minTime !== undefined && maxTime !== undefined && { minTime, maxTime }),
    });
  }
  return files;
}

/** Writes the rows of a SELECT as one Parquet file per day under the epoch's name: temporary name, fsync, rename. */
export async function writeByDay(connection: DuckDBConnection, bytes: ByteStore, root: string, spec: FileSpec): Promise<StoredFile[]> {
  const { dataset, epoch, part, select, timeColumn } = spec;
  const day = `"${timeColumn}" // ${MICROS_PER_DAY}`;
  const days = await rowsOf(connection, `SELECT DISTINCT ${day} AS day FROM (${select}) ORDER BY day NULLS LAST`);
  const files: StoredFile[] = [];
  for (const [name, range] of partitions(days.map((row) => row.day as bigint | null))) {
    const key = keyOf(dataset, name, epoch, part);
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

function keyOf(dataset: Dataset, partition: string, epoch: number, part: number): string {
  return `events/${dataset}/day=${partition}/${fileName(epoch, part)}`;
}

/** Names of the partitions with their first and last day; null = rows without a time. */
function partitions(days: readonly (bigint | null)[]): ReadonlyMap<string, readonly [bigint, bigint] | null> {
  const named = new Map<string, readonly [bigint, bigint] | null>();
  for (const day of days) {
    if (day === null) {
      named.set(UNDATED, null);
      continue;
    }
    const name = (days.length > MAX_DAYS ? monthName : dayName)(Number(day));
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
