import {
  addressDictionary,
  type ColumnSchema,
  type DictColumn,
  EVENT_SCHEMAS,
  type EventBatch,
  type TextColumn,
} from '../../core/index.ts';
import type { ColumnFill } from './chunk-writer.ts';
import { constant, copy, type Intern, interned, text } from './log-columns.ts';

/** The columns of any other than a log batch in the order of `storedColumns(kind)`. */
export function eventColumns(batch: EventBatch, intern: Intern): readonly ColumnFill[] {
  const { origin, rows } = batch;
  return [
    constant(intern(batch.source)),
    constant(intern(origin.input)),
    copy(origin.offset),
    copy(origin.line),
    copy(origin.length),
    ...EVENT_SCHEMAS[batch.kind].columns.map((column) => fillOf(column, batch, rows, intern)),
  ];
}

function fillOf({ name, type }: ColumnSchema, { columns }: EventBatch, rows: number, intern: Intern): ColumnFill {
  const values = columns[name];
  switch (type) {
    case 'dict':
      return interned((values as DictColumn | undefined) ?? absentTexts(rows), rows, intern);
    case 'ip':
      // As text, so that they can be searched.
      return interned(values === undefined ? absentTexts(rows) : addressDictionary(values as Uint8Array), rows, intern);
    case 'text':
    case 'json':
      return values === undefined ? { bytes: () => undefined } : text(values as TextColumn);
    default:
      return copy((values as Float64Array | Int32Array | undefined) ?? new Float64Array(rows).fill(type === 'i32' ? -1 : Number.NaN));
  }
}

function absentTexts(rows: number): DictColumn {
  return { codes: new Int32Array(rows).fill(-1), values: [] };
}
