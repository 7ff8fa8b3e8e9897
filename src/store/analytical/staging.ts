import type { DuckDBConnection } from '@duckdb/node-api';
import type { LogBatch } from '../../core/index.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { stagingDdl, storedColumns } from './ddl.ts';
import { logColumns } from './log-columns.ts';

export const LOG_COLUMNS = storedColumns('log');
/** Past so many distinct strings of an epoch the rest is stored without being shared: the memory stays bounded. */
const INTERN_CAP = 200_000;

/** Log rows that wait for their Parquet file: a DuckDB table in memory, its strings numbered once per epoch. */
export class LogStaging {
  private readonly connection: DuckDBConnection;
  private readonly writer: ChunkWriter;
  private readonly strings: ChunkWriter;
  private readonly known = new Map<string, number>();
  private fresh: string[] = [];
  private nextString = 0;
  rows = 0;

  private constructor(connection: DuckDBConnection, writer: ChunkWriter, strings: ChunkWriter) {
    this.connection = connection;
    this.writer = writer;
    this.strings = strings;
  }

  static async open(connection: DuckDBConnection): Promise<LogStaging> {
    await connection.run(stagingDdl('staged_log', LOG_COLUMNS));
    await connection.run('CREATE OR REPLACE TABLE staged_strings (id INTEGER, value BLOB)');
    await connection.run('CREATE OR REPLACE VIEW strings AS SELECT id, decode(value) AS value FROM staged_strings');
    const number = { parquet: '', select: '', interned: false };
    const strings = await ChunkWriter.open(connection, 'staged_strings', [
      { name: 'id', staging: 'INTEGER', ...number },
      { name: 'value', staging: 'BLOB', ...number },
    ]);
    return new LogStaging(connection, await ChunkWriter.open(connection, 'staged_log', LOG_COLUMNS), strings);
  }

  append(batch: LogBatch, templateIds: readonly string[]): void {
    const fills = logColumns(batch, templateIds, (value) => this.intern(value));
    this.writer.append(batch.rows, fills);
    this.writeStrings();
    this.rows += batch.rows;
  }

  /** Everything appended is in the tables now. */
  flush(): void {
    this.writer.flush();
    this.strings.flush();
  }

  async clear(): Promise<void> {
    await this.connection.run('TRUNCATE staged_log');
    await this.connection.run('TRUNCATE staged_strings');
    this.known.clear();
    this.nextString = 0;
    this.rows = 0;
  }

  close(): void {
    this.writer.close();
    this.strings.close();
  }

  private intern(value: string): number {
    const known = this.known.get(value);
    if (known !== undefined) return known;
    const id = this.nextString++;
    this.fresh.push(value);
    if (this.known.size < INTERN_CAP) this.known.set(value, id);
    return id;
  }

  private writeStrings(): void {
    const { fresh } = this;
    if (fresh.length === 0) return;
    const first = this.nextString - fresh.length;
    const encoder = new TextEncoder();
    this.strings.append(fresh.length, [
      {
        numbers(items, from, count) {
          for (let i = 0; i < count; i++) items[i] = first + from + i;
        },
      },
      { bytes: (row) => encoder.encode(fresh[row] as string) },
    ]);
    this.fresh = [];
  }
}
