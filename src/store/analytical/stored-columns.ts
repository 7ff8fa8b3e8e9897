import { type ColumnSchema, type ColumnType, EVENT_SCHEMAS, type EventKind, VedetteError } from '../../core/index.ts';
import type { PageScratch } from './columnar/chunk-pages.ts';
import type { ColumnWriter } from './columnar/column-writer.ts';
import { doubleColumn, int32Column, int64Column } from './columnar/number-columns.ts';
import { ListColumnWriter, NameColumnWriter, TextColumnWriter } from './columnar/text-columns.ts';

/** How one column of events is stored. */
export interface StoredColumn {
  readonly name: string;
  /** Type of the column in DuckDB's words. */
  readonly parquet: 'BIGINT' | 'INTEGER' | 'DOUBLE' | 'VARCHAR' | 'VARCHAR[]';
  readonly isText: boolean;
  readonly make: (scratch: PageScratch) => ColumnWriter;
}

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
  return [...ORIGIN, ...columns, ...fields].map(({ name, type }) => ({ name, ...storedAs(name, type) }));
}

function storedAs(name: string, type: ColumnType): Omit<StoredColumn, 'name'> {
  switch (type) {
    case 'time':
      return { parquet: 'BIGINT', isText: false, make: int64Column };
    case 'f64':
      return { parquet: 'DOUBLE', isText: false, make: doubleColumn };
    case 'i32':
      return { parquet: 'INTEGER', isText: false, make: int32Column };
    case 'dict':
    case 'ip':
      return { parquet: 'VARCHAR', isText: true, make: (scratch) => new NameColumnWriter(scratch) };
    case 'text':
    case 'json':
      return { parquet: 'VARCHAR', isText: true, make: (scratch) => new TextColumnWriter(scratch) };
    case 'spans':
      return { parquet: 'VARCHAR[]', isText: true, make: (scratch) => new ListColumnWriter(scratch) };
    default:
      throw new VedetteError('INTERNAL', `Column ${name}: ${type} columns are not stored`);
  }
}
