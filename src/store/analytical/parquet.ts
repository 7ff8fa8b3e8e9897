import { dirname, resolve } from 'node:path';
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { VedetteError } from '../../core/index.ts';
import { openDuckDb } from './duckdb.ts';
import { copyToParquet, listOf, userFileMode } from './parquet-files.ts';

/** A column of plain values, all of one length. `time` holds whole microseconds and becomes a TIMESTAMP; NaN and undefined become NULL. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'time' | 'strings';
  readonly values: ArrayLike<string | number | boolean | readonly string[] | undefined>;
}

const SQL_TYPE = {
  string: 'VARCHAR',
  number: 'DOUBLE',
  integer: 'BIGINT',
  boolean: 'BOOLEAN',
  time: 'TIMESTAMP',
  strings: 'VARCHAR[]',
} as const;
const CHUNK_ROWS = 2048;
const LONE_SURROGATE = /\p{Surrogate}/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;
const MEMORY_BYTES = 512 * 1024 ** 2;

/** Writes columns to one Parquet file (zstd); it appears complete or not at all. */
export async function writeParquet(columns: readonly ParquetColumn[], path: string): Promise<void> {
  const rows = columns[0]?.values.length ?? 0;
  const odd = columns.find((column) => column.values.length !== rows);
  if (columns.length === 0 || odd !== undefined) {
    throw new VedetteError(
      'INTERNAL',
      odd === undefined ? 'A Parquet file needs a column' : `Column ${odd.name} has ${odd.values.length} rows, not ${rows}`,
    );
  }
  const target = resolve(path);
  const { BIGINT, BOOLEAN, DOUBLE, DuckDBDataChunk, LIST, TIMESTAMP, VARCHAR } = await import('@duckdb/node-api');
  const types: Record<ParquetColumn['type'], DuckDBType> = {
    string: VARCHAR,
    number: DOUBLE,
    integer: BIGINT,
    boolean: BOOLEAN,
    time: TIMESTAMP,
    strings: LIST(VARCHAR),
  };
  const { connection, close } = await openDuckDb({ folder: dirname(target), memoryBytes: MEMORY_BYTES, threads: 1 });
  try {
    await connection.run(`CREATE TABLE staged (${columns.map(({ name, type }) => `${identifier(name)} ${SQL_TYPE[type]}`).join(', ')})`);
    const appender = await connection.createAppender('staged');
    const chunk = DuckDBDataChunk.create(
      columns.map((column) => types[column.type]),
      CHUNK_ROWS,
    );
    const convert = await converter();
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, rows - from);
      chunk.reset();
      chunk.rowCount = count;
      for (const [i, column] of columns.entries()) {
        chunk.setColumnValues(
          i,
          Array.from({ length: count }, (_, k) => convert(column, from + k)),
        );
      }
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    await copyToParquet(connection, 'SELECT * FROM staged', [target], dirname(target), userFileMode());
  } finally {
    close();
  }
}

async function converter(): Promise<(column: ParquetColumn, row: number) => DuckDBValue> {
  const { DuckDBTimestampValue, listValue } = await import('@duckdb/node-api');
  return ({ type, values }, row) => {
    const value = values[row];
    if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return null;
    if (type === 'integer') return BigInt(Math.trunc(Number(value)));
    if (type === 'time') return new DuckDBTimestampValue(BigInt(Math.round(Number(value))));
    if (typeof value === 'object') return listValue([...value]);
    // DuckDB refuses lone surrogates.
    return typeof value === 'string' && LONE_SURROGATE.test(value) ? value.replaceAll(LONE_SURROGATES, '\ufffd') : value;
  };
}

/** Quoted, with quotes doubled: a column may be called anything but nothing. */
function identifier(name: string): string {
  if (name === '' || name.includes('\0')) throw new VedetteError('INTERNAL', `not a column name: ${JSON.stringify(name)}`);
  return `"${name.replaceAll('"', '""')}"`;
}

export type ParquetValue = string | number | boolean | readonly ParquetValue[] | undefined;

/** Reads a Parquet file in chunks of rows, by column; timestamps as whole microseconds, 64-bit integers as numbers, absent as undefined. */
export async function* readParquet(
  path: string,
  columns?: readonly string[],
): AsyncGenerator<Readonly<Record<string, readonly ParquetValue[]>>> {
  const source = resolve(path);
  const { connection, close } = await openDuckDb({ folder: dirname(source), memoryBytes: MEMORY_BYTES, threads: 1 });
  try {
    const picks = columns === undefined ? '*' : columns.map(identifier).join(', ');
    const result = await connection.stream(`SELECT ${picks} FROM read_parquet($1)`, [source]).catch((error: unknown) => {
      throw new VedetteError(
        'INPUT_UNREADABLE',
        `${path} cannot be read as Parquet: ${error instanceof Error ? error.message : String(error)}`,
        {
          hint: 'Check that the file exists and is a Parquet file with these columns.',
          cause: error,
        },
      );
    });
    const names = result.columnNames();
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const read = chunk;
      yield Object.fromEntries(names.map((name, i) => [name, read.getColumnValues(i).map(plain)]));
    }
  } finally {
    close();
  }
}

function plain(value: DuckDBValue): ParquetValue {
  if (value === null) return undefined;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object') return value;
  if ('micros' in value) return Number(value.micros);
  if ('items' in value) return listOf(value).map((item) => plain(item as DuckDBValue));
  return String(value);
}
