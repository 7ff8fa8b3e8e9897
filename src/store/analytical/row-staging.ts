import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { Detection, Micros } from '../../core/index.ts';
import type { DetectionRow, FeatureRow } from '../contract.ts';
import type { StoredFiles } from './event-summary.ts';
import { type DuckRow, listOf } from './parquet-files.ts';

const CHUNK_ROWS = 2048;

/** Few columns, thousands of rows an epoch: staged by value, not by typed array. */
interface RowTable<Row> {
  readonly table: string;
  readonly columns: readonly (readonly [
    name: string,
    type: 'VARCHAR' | 'BIGINT' | 'DOUBLE' | 'VARCHAR[]' | 'DOUBLE[]',
    of: (row: Row) => string | number | readonly (string | number)[],
  ])[];
}

export const FEATURE_TABLE: RowTable<FeatureRow> = {
  table: 'staged_features',
  columns: [
    ['source', 'VARCHAR', (row) => row.source],
    ['feature', 'VARCHAR', (row) => row.feature],
    ['key', 'VARCHAR', (row) => row.key],
    ['entity', 'VARCHAR', (row) => row.entity],
    ['start', 'BIGINT', (row) => row.start],
    ['end', 'BIGINT', (row) => row.end],
    ['columns', 'VARCHAR[]', (row) => row.columns],
    ['values', 'DOUBLE[]', (row) => row.values],
  ],
};

export const DETECTION_TABLE: RowTable<Detection> = {
  table: 'staged_detections',
  columns: [
    ['id', 'VARCHAR', (row) => row.id],
    ['detector', 'VARCHAR', (row) => row.detector],
    ['source', 'VARCHAR', (row) => row.source],
    ['key', 'VARCHAR', (row) => row.key],
    ['entity', 'VARCHAR', (row) => row.entity],
    ['start', 'BIGINT', (row) => row.start],
    ['end', 'BIGINT', (row) => row.end],
    ['score', 'DOUBLE', (row) => row.score],
    ['p_value', 'DOUBLE', (row) => row.pValue],
    ['threshold', 'DOUBLE', (row) => row.threshold],
  ],
};

export async function createRowTable<Row>(connection: DuckDBConnection, { table, columns }: RowTable<Row>): Promise<void> {
  await connection.run(`CREATE OR REPLACE TABLE ${table} (${columns.map(([name, type]) => `"${name}" ${type}`).join(', ')})`);
}

export async function stageRows<Row>(connection: DuckDBConnection, { table, columns }: RowTable<Row>, rows: readonly Row[]): Promise<void> {
  const { BIGINT, DOUBLE, DuckDBDataChunk, LIST, listValue, VARCHAR } = await import('@duckdb/node-api');
  const types: Record<string, DuckDBType> = { BIGINT, DOUBLE, VARCHAR, 'VARCHAR[]': LIST(VARCHAR), 'DOUBLE[]': LIST(DOUBLE) };
  const convert = (type: string, value: string | number | readonly (string | number)[]): DuckDBValue => {
    if (typeof value === 'object') return listValue([...value]);
    if (typeof value === 'string') return value;
    return type === 'BIGINT' ? (Number.isSafeInteger(value) ? BigInt(value) : null) : value;
  };
  const appender = await connection.createAppender(table);
  const chunk = DuckDBDataChunk.create(
    columns.map(([, type]) => types[type] as DuckDBType),
    CHUNK_ROWS,
  );
  for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
    const part = rows.slice(from, from + CHUNK_ROWS);
    chunk.reset();
    chunk.rowCount = part.length;
    for (const [i, [, type, of]] of columns.entries()) {
      chunk.setColumnValues(
        i,
        part.map((row) => convert(type, of(row))),
      );
    }
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

export function toFeature(row: DuckRow): FeatureRow {
  const { source, feature, key, entity, start, end } = row;
  return {
    source: String(source),
    feature: String(feature),
    key: String(key),
    entity: String(entity),
    start: timeOf(start),
    end: timeOf(end),
    columns: listOf(row.columns).map(String),
    values: listOf(row.values).map(Number),
  };
}

export function toDetection(row: DuckRow): DetectionRow {
  const { id, detector, source, key, entity, start, end } = row;
  return {
    id: String(id),
    detector: String(detector),
    source: String(source),
    key: String(key),
    entity: String(entity),
    start: timeOf(start),
    end: timeOf(end),
    score: Number(row.score),
    pValue: Number(row.p_value),
    threshold: Number(row.threshold),
  };
}

function timeOf(value: unknown): number {
  return value === null ? Number.NaN : Number(value);
}

export interface RowQuery {
  readonly from?: Micros;
  readonly to?: Micros;
  readonly limit?: number;
}

/** Rows that start in a half-open range, in that order. */
export function rowsOfFiles(
  { reader, files }: StoredFiles,
  query: RowQuery,
  column: 'feature' | 'detector',
  name: string | undefined,
): Promise<readonly DuckRow[]> {
  const limit = Math.max(1, Math.floor(query.limit ?? 1000));
  const sql = `SELECT * FROM read_parquet($1, union_by_name = true) WHERE ($2::BIGINT IS NULL OR "start" >= $2) AND ($3::BIGINT IS NULL OR "start" < $3)
    AND ($4::VARCHAR IS NULL OR "${column}" = $4) ORDER BY "start", "${column}", key, "end" LIMIT ${limit}`;
  const time = (value: Micros | undefined) => (value === undefined ? null : BigInt(Math.ceil(value)));
  const paths = files.map(({ path }) => path);
  return reader.rows(sql, paths, [time(query.from), time(query.to), name ?? null]);
}
