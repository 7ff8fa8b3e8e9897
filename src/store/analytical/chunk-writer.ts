import { setImmediate } from 'node:timers/promises';
import type { DuckDBAppender, DuckDBBlobVector, DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { StoredColumn } from './ddl.ts';

/** Rows of one DuckDB vector. */
const CHUNK_ROWS = 2048;

/** Writes rows [from, from + count) of one column into a vector whose row 0 is `from`. */
export type ColumnFill =
  | { readonly numbers: (items: Float64Array | Int32Array, from: number, count: number) => void }
  /** undefined = NULL. The bytes are copied before the next row is asked for. */
  | { readonly bytes: (row: number) => Uint8Array | undefined };

/** Appends columns to a staging table by one reused data chunk: no value passes through SQL, few become JavaScript objects. */
export class ChunkWriter {
  private readonly appender: DuckDBAppender;
  private readonly chunk: DuckDBDataChunk;

  private constructor(appender: DuckDBAppender, chunk: DuckDBDataChunk) {
    this.appender = appender;
    this.chunk = chunk;
  }

  static async open(connection: DuckDBConnection, table: string, columns: readonly StoredColumn[]): Promise<ChunkWriter> {
    const { BLOB, BOOLEAN, DOUBLE, DuckDBDataChunk: Chunk, INTEGER, UBIGINT } = await import('@duckdb/node-api');
    const types = { BLOB, BOOLEAN, DOUBLE, INTEGER, UBIGINT };
    const chunk = Chunk.create(
      columns.map((column) => types[column.staging]),
      CHUNK_ROWS,
    );
    return new ChunkWriter(await connection.createAppender(table), chunk);
  }

  /** Other work of the thread comes in between chunks: a batch takes tens of milliseconds. */
  async append(rows: number, fills: readonly ColumnFill[]): Promise<void> {
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, rows - from);
      // Without the reset the strings of earlier chunks would pile up in its vectors.
      this.chunk.reset();
      this.chunk.rowCount = count;
      for (const [i, fill] of fills.entries()) {
        const vector = this.chunk.getColumnVector(i);
        if ('numbers' in fill) fill.numbers((vector as unknown as { items: Float64Array | Int32Array }).items, from, count);
        else fillBytes(vector as DuckDBBlobVector, fill.bytes, from, count);
        (vector as DuckDBBlobVector).flush();
      }
      this.appender.appendDataChunk(this.chunk);
      if (from + count < rows) await setImmediate();
    }
  }

  flush(): void {
    this.appender.flushSync();
  }

  close(): void {
    this.appender.closeSync();
  }
}

function fillBytes(vector: DuckDBBlobVector, bytesAt: (row: number) => Uint8Array | undefined, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const bytes = bytesAt(from + i);
    // The vector reads nothing but `.bytes` of a blob value.
    vector.setItem(i, bytes === undefined ? null : { bytes });
  }
}
