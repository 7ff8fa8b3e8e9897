import { dirname, resolve } from 'node:path';
import { duckError, openDuckDb } from './duckdb.ts';
import { copyToParquet, userFileMode } from './parquet-files.ts';

export interface JsonColumn {
  readonly name: string;
  readonly type: 'string' | 'number' | 'time';
}

const SQL_TYPE = { string: 'VARCHAR', number: 'DOUBLE', time: 'TIMESTAMP' } as const;
const MEMORY_BYTES = 512 * 1024 ** 2;

/** Turns a file of JSON lines into one Parquet file in the same folder, in bounded memory; it appears complete or not at all. */
export async function jsonLinesToParquet(lines: string, columns: readonly JsonColumn[], path: string): Promise<void> {
  const [source, target] = [resolve(lines), resolve(path)];
  const { connection, close } = await openDuckDb({ folder: dirname(target), memoryBytes: MEMORY_BYTES, threads: 1 });
  try {
    const types = columns.map(({ name, type }) => `${quoted(name)}: ${quoted(SQL_TYPE[type])}`).join(', ');
    const from = `read_json(${quoted(source)}, format = 'newline_delimited', compression = 'uncompressed', columns = {${types}})`;
    await copyToParquet(connection, `SELECT * FROM ${from}`, [target], dirname(target), userFileMode());
  } catch (error) {
    throw duckError(error, dirname(target));
  } finally {
    close();
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
