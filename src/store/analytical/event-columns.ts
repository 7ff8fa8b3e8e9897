import { addressText, type ColumnSchema, type DictColumn, EVENT_SCHEMAS, type EventBatch, type TextColumn } from '../../core/index.ts';
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
      return interned((values as DictColumn | undefined) ?? { codes: new Int32Array(rows).fill(-1), values: [] }, rows, intern);
    case 'ip':
      return interned(addresses(values as Uint8Array | undefined, rows), rows, intern);
    case 'text':
    case 'json':
      return values === undefined ? { bytes: () => undefined } : text(values as TextColumn);
    default:
      return copy((values as Float64Array | Int32Array | undefined) ?? new Float64Array(rows).fill(type === 'i32' ? -1 : Number.NaN));
  }
}

/** Addresses as text, so that they can be searched; 16 zero bytes = absent. */
function addresses(bytes: Uint8Array | undefined, rows: number): DictColumn {
  const codes = new Int32Array(rows).fill(-1);
  const values: string[] = [];
  if (bytes === undefined) return { codes, values };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = new Int32Array(4);
  for (let row = 0; row < rows; row++) {
    let any = 0;
    for (let i = 0; i < 4; i++) {
      words[i] = view.getInt32(row * 16 + i * 4);
      any |= words[i] as number;
    }
    if (any !== 0) codes[row] = values.push(addressText(words, 0)) - 1;
  }
  return { codes, values };
}
