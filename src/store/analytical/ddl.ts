import { type ColumnSchema, EVENT_SCHEMAS, type EventKind } from '../../core/index.ts';

/** How one column is staged in memory (by reused data chunks) and what it becomes in Parquet. */
export interface StoredColumn {
  readonly name: string;
  readonly staging: 'DOUBLE' | 'INTEGER' | 'UBIGINT' | 'BOOLEAN' | 'BLOB';
  readonly parquet: string;
  /** Index of a string in the epoch's string table, joined when the file is written. */
  readonly interned: boolean;
  /** SQL over the staged column `s."name"`. */
  readonly select: string;
}

/** Separates the parameters of a row while staged; one inside a parameter becomes U+FFFD (the message keeps it). */
export const LIST_SEPARATOR = 0x1f;

/** Where each row came from, before the columns of its schema. */
const ORIGIN: readonly ColumnSchema[] = [
  { name: 'source', type: 'dict', description: 'name of the source' },
  { name: 'input', type: 'dict', description: 'name of the input' },
  { name: 'offset', type: 'time', description: 'byte offset in the input' },
  { name: 'line', type: 'time', description: 'number of the first line' },
  { name: 'length', type: 'i32', description: 'bytes of the record' },
];

/** Columns of an event kind as stored: origin, then its schema. A log's template is stored as its stable id, not its index. */
export function storedColumns(kind: EventKind): readonly StoredColumn[] {
  const columns = EVENT_SCHEMAS[kind].columns.map(
    (column): ColumnSchema => (kind === 'log' && column.name === 'template' ? { ...column, type: 'dict' } : column),
  );
  const fields: ColumnSchema[] = kind === 'log' ? [{ name: 'fields', type: 'json', description: 'further header fields' }] : [];
  return [...ORIGIN, ...columns, ...fields].map(storedColumn);
}

function storedColumn({ name, type }: ColumnSchema): StoredColumn {
  const staged = `s."${name}"`;
  const column = (staging: StoredColumn['staging'], parquet: string, select: string, interned = false): StoredColumn => ({
    name,
    staging,
    parquet,
    interned,
    select,
  });
  switch (type) {
    case 'time':
      // Whole numbers a double holds exactly; NaN compares greater than all.
      return column('DOUBLE', 'BIGINT', `CASE WHEN abs(${staged}) <= ${Number.MAX_SAFE_INTEGER} THEN ${staged}::BIGINT END`);
    case 'f64':
      return column('DOUBLE', 'DOUBLE', `nullif(${staged}, 'nan'::DOUBLE)`);
    case 'i32':
      return column('INTEGER', 'INTEGER', `nullif(${staged}, -1)`);
    case 'u64':
      return column('UBIGINT', 'UBIGINT', staged);
    case 'bool':
      return column('BOOLEAN', 'BOOLEAN', staged);
    case 'dict':
    case 'ip':
      return column('INTEGER', 'VARCHAR', `"${name}_text".value`, true);
    case 'text':
    case 'json':
      return column('BLOB', 'VARCHAR', `decode(${staged})`);
    case 'spans':
      return column(
        'BLOB',
        'VARCHAR[]',
        `CASE WHEN ${staged} IS NULL THEN []::VARCHAR[] ELSE string_split(decode(${staged}), chr(${LIST_SEPARATOR})) END`,
      );
  }
}

export function stagingDdl(table: string, columns: readonly StoredColumn[]): string {
  return `CREATE OR REPLACE TABLE ${table} (${columns.map((column) => `"${column.name}" ${column.staging}`).join(', ')})`;
}

/** Turns staged rows into what is stored; the view `strings(id, value)` resolves the interned ones. */
export function storedSelect(table: string, columns: readonly StoredColumn[], strings: string): string {
  const picks = columns.map((column) => `${column.select} AS "${column.name}"`);
  const joins = columns
    .filter((column) => column.interned)
    .map(({ name }) => `LEFT JOIN ${strings} AS "${name}_text" ON "${name}_text".id = s."${name}"`);
  return `SELECT ${picks.join(', ')} FROM ${table} AS s ${joins.join(' ')}`;
}
