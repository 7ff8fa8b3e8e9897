import type { EventKind } from '../schema/column.ts';
import type { DictColumn, OriginColumns, TextColumn } from './columns.ts';

/** A column in the memory form of its type (schema/column.ts); `i32` columns hold -1 where absent. */
export type EventColumn = Float64Array | Int32Array | Uint8Array | DictColumn | TextColumn;

/** Events of one kind with the columns of EVENT_SCHEMAS[kind]. Log lines, which have templates, are a `LogBatch`. */
export interface EventBatch {
  readonly kind: Exclude<EventKind, 'log'>;
  readonly rows: number;
  /** Name of the source instance the records came from. */
  readonly source: string;
  readonly origin: OriginColumns;
  readonly columns: Readonly<Record<string, EventColumn>>;
}
