import {
  addressDictionary,
  type ColumnSchema,
  type DictColumn,
  EVENT_SCHEMAS,
  type EventBatch,
  type EventColumn,
  type TextColumn,
} from '../../core/index.ts';
import { ABSENT, type ColumnSource } from './columnar/column-source.ts';
import { Utf8Spans } from './columnar/utf8.ts';

/** The columns of any other than a log batch in the order of `storedColumns(kind)`. */
export function eventSources(batch: EventBatch): readonly ColumnSource[] {
  const { origin, columns } = batch;
  return [
    { of: 'constant', value: batch.source },
    { of: 'constant', value: origin.input },
    { of: 'numbers', values: origin.offset },
    { of: 'numbers', values: origin.line },
    { of: 'numbers', values: origin.length },
    ...EVENT_SCHEMAS[batch.kind].columns.map((column) => sourceOf(column, columns[column.name])),
  ];
}

function sourceOf({ type }: ColumnSchema, values: EventColumn | undefined): ColumnSource {
  if (values === undefined) return ABSENT;
  switch (type) {
    case 'dict':
      return { of: 'names', column: values as DictColumn };
    case 'ip':
      // As text, so that they can be searched.
      return { of: 'names', column: addressDictionary(values as Uint8Array) };
    case 'text':
    case 'json':
      return { of: 'text', column: values as TextColumn, utf8: new Utf8Spans((values as TextColumn).bytes) };
    default:
      return { of: 'numbers', values: values as Float64Array | Int32Array };
  }
}
