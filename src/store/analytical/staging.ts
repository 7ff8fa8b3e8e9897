import type { DuckDBConnection } from '@duckdb/node-api';
import type { EventBatch, EventKind, LogBatch } from '../../core/index.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { stagingDdl, storedColumns, storedSelect } from './ddl.ts';
import { eventColumns } from './event-columns.ts';
import { logColumns } from './log-columns.ts';

/** Past so many distinct strings of an epoch the rest is stored without being shared: the memory stays bounded. */
const INTERN_CAP = 200_000;

/** Events of one kind that wait for their Parquet file: a DuckDB table in memory, its strings numbered once per epoch. */
export class EventStaging {
  /** Of every staged row, as it is stored. */
  readonly select: string;
  private readonly connection: DuckDBConnection;
  private readonly tables: Tables;
  private readonly writer: ChunkWriter;
  private readonly strings: ChunkWriter;
  private readonly known = new Map<string, number>();
  private fresh: string[] = [];
  private nextString = 0;
  rows = 0;

  private constructor(connection: DuckDBConnection, tables: Tables, select: string, writer: ChunkWriter, strings: ChunkWriter) {
    this.connection = connection;
    this.tables = tables;
    this.select = select;
    this.writer = writer;
    this.strings = strings;
  }

  static async open(connection: DuckDBConnection, kind: EventKind): Promise<EventStaging> {
    const columns = storedColumns(kind);
    const tables = { rows: `staged_${kind}`, strings: `staged_${kind}_strings` };
    const view = `${kind}_strings`;
    await connection.run(stagingDdl(tables.rows, columns));
    await connection.run(`CREATE OR REPLACE TABLE ${tables.strings} (id INTEGER, value BLOB)`);
    await connection.run(`CREATE OR REPLACE VIEW ${view} AS SELECT id, decode(value) AS value FROM ${tables.strings}`);
    const number = { parquet: '', select: '', interned: false };
    const strings = await ChunkWriter.open(connection, tables.strings, [
      { name: 'id', staging: 'INTEGER', ...number },
      { name: 'value', staging: 'BLOB', ...number },
    ]);
    const writer = await ChunkWriter.open(connection, tables.rows, columns);
    return new EventStaging(connection, tables, storedSelect(tables.rows, columns, view), writer, strings);
  }

  /** `templateIds[code]` is what the template codes of a log batch stand for. */
  append(batch: LogBatch | EventBatch, templateIds: readonly string[] = []): void {
    const intern = (value: string) => this.intern(value);
    this.writer.append(batch.rows, batch.kind === 'log' ? logColumns(batch, templateIds, intern) : eventColumns(batch, intern));
    this.writeStrings();
    this.rows += batch.rows;
  }

  /** Everything appended is in the tables now. */
  flush(): void {
    this.writer.flush();
    this.strings.flush();
  }

  async clear(): Promise<void> {
    await this.connection.run(`TRUNCATE ${this.tables.rows}`);
    await this.connection.run(`TRUNCATE ${this.tables.strings}`);
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

interface Tables {
  readonly rows: string;
  readonly strings: string;
}
