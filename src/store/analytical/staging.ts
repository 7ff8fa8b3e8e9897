import type { DuckDBConnection } from '@duckdb/node-api';
import type { EventBatch, EventKind, LogBatch } from '../../core/index.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { stagingDdl, storedColumns, storedSelect } from './ddl.ts';
import { eventColumns } from './event-columns.ts';
import { logColumns } from './log-columns.ts';

/** Past so many distinct strings of an epoch the rest is stored without being shared: the memory stays bounded. */
const INTERN_CAP = 200_000;

/** Where staged rows lie in time, as far as they are appended. */
export interface StagedSpan {
  readonly rows: number;
  /** Of the time column; undefined where some row has none, or one that is no whole microsecond. */
  readonly times: readonly [low: number, high: number] | undefined;
  readonly sources: readonly string[];
}

/** Events of one kind and epoch that wait for their Parquet file: a DuckDB table in memory, its strings numbered once. */
export class EventStaging {
  /** Of every staged row, as it is stored. */
  readonly select: string;
  readonly kind: EventKind;
  /** That the rows belong to. */
  epoch = 0;
  private readonly tables: Tables;
  private readonly writer: ChunkWriter;
  private readonly strings: ChunkWriter;
  private readonly known = new Map<string, number>();
  private fresh: string[] = [];
  private nextString = 0;
  private low = Number.POSITIVE_INFINITY;
  private high = Number.NEGATIVE_INFINITY;
  private allTimed = true;
  private readonly sources = new Set<string>();
  rows = 0;

  private constructor(kind: EventKind, tables: Tables, select: string, writer: ChunkWriter, strings: ChunkWriter) {
    this.kind = kind;
    this.tables = tables;
    this.select = select;
    this.writer = writer;
    this.strings = strings;
  }

  /** `number` tells its tables from those of others. */
  static async open(connection: DuckDBConnection, kind: EventKind, number = 0): Promise<EventStaging> {
    const columns = storedColumns(kind);
    const name = `${kind}_${number}`;
    const tables = { rows: `staged_${name}`, strings: `staged_${name}_strings` };
    const view = `${name}_strings`;
    await connection.run(stagingDdl(tables.rows, columns));
    await connection.run(`CREATE OR REPLACE TABLE ${tables.strings} (id INTEGER, value BLOB)`);
    await connection.run(`CREATE OR REPLACE VIEW ${view} AS SELECT id, decode(value) AS value FROM ${tables.strings}`);
    const plain = { parquet: '', select: '', interned: false };
    const strings = await ChunkWriter.open(connection, tables.strings, [
      { name: 'id', staging: 'INTEGER', ...plain },
      { name: 'value', staging: 'BLOB', ...plain },
    ]);
    const writer = await ChunkWriter.open(connection, tables.rows, columns);
    return new EventStaging(kind, tables, storedSelect(tables.rows, columns, view), writer, strings);
  }

  /** `templateIds[code]` is what the template codes of a log batch stand for. */
  async append(batch: LogBatch | EventBatch, templateIds: readonly string[] = []): Promise<void> {
    const intern = (value: string) => this.intern(value);
    await this.writer.append(batch.rows, batch.kind === 'log' ? logColumns(batch, templateIds, intern) : eventColumns(batch, intern));
    await this.writeStrings();
    this.rows += batch.rows;
    this.sources.add(batch.source);
    this.reach(batch.kind === 'log' ? batch.time : batch.columns.time);
  }

  get span(): StagedSpan {
    const { rows, low, high, allTimed, sources } = this;
    return { rows, times: allTimed && rows > 0 ? [low, high] : undefined, sources: [...sources].sort() };
  }

  /** Everything appended is in the tables now. */
  flush(): void {
    this.writer.flush();
    this.strings.flush();
  }

  async clear(connection: DuckDBConnection): Promise<void> {
    await connection.run(`TRUNCATE ${this.tables.rows}`);
    await connection.run(`TRUNCATE ${this.tables.strings}`);
    this.known.clear();
    this.nextString = 0;
    this.rows = 0;
    this.low = Number.POSITIVE_INFINITY;
    this.high = Number.NEGATIVE_INFINITY;
    this.allTimed = true;
    this.sources.clear();
  }

  close(): void {
    this.writer.close();
    this.strings.close();
  }

  private reach(times: unknown): void {
    if (!(times instanceof Float64Array)) {
      this.allTimed = false;
      return;
    }
    for (let i = 0; i < times.length; i++) {
      const time = times[i] as number;
      if (!Number.isSafeInteger(time)) this.allTimed = false;
      if (time < this.low) this.low = time;
      if (time > this.high) this.high = time;
    }
  }

  private intern(value: string): number {
    const known = this.known.get(value);
    if (known !== undefined) return known;
    const id = this.nextString++;
    this.fresh.push(value);
    if (this.known.size < INTERN_CAP) this.known.set(value, id);
    return id;
  }

  private async writeStrings(): Promise<void> {
    const { fresh } = this;
    if (fresh.length === 0) return;
    const first = this.nextString - fresh.length;
    const encoder = new TextEncoder();
    this.fresh = [];
    await this.strings.append(fresh.length, [
      {
        numbers(items, from, count) {
          for (let i = 0; i < count; i++) items[i] = first + from + i;
        },
      },
      { bytes: (row) => encoder.encode(fresh[row] as string) },
    ]);
  }
}

interface Tables {
  readonly rows: string;
  readonly strings: string;
}
