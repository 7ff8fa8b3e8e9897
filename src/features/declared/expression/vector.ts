import { type EventBatch, type EventColumn, type LogBatch, type TextColumn, textAt } from '../../../core/index.ts';
import type { ValueType } from './expression.ts';

/** Values of one expression for every row of a batch; absent as NaN, 2, code -1 or `undefined`, all-zero address. */
export type Vector =
  | { readonly type: 'number'; readonly values: Float64Array }
  | { readonly type: 'boolean'; readonly values: Uint8Array }
  /** Equal texts may have different codes. */
  | { readonly type: 'text'; readonly codes: Int32Array; readonly values: readonly (string | undefined)[] }
  /** (rows, 4) words of 32 bits, network order. */
  | { readonly type: 'address'; readonly words: Int32Array };

export const ABSENT = 2;

/** Rows that features are made of: events of any kind, log lines included. */
export type EventRows = EventBatch | LogBatch;

export function columnVector(batch: EventRows, name: string, type: ValueType): Vector {
  const column = columnOf(batch, name);
  if (type === 'number') return { type, values: numbers(column, batch.rows) };
  if (type === 'boolean') return { type, values: column instanceof Uint8Array ? column : new Uint8Array(batch.rows).fill(ABSENT) };
  if (type === 'address') return { type, words: words(column, batch.rows) };
  return texts(column, batch.rows);
}

function columnOf(batch: EventRows, name: string): EventColumn | undefined {
  if (batch.kind !== 'log') return batch.columns[name];
  return (batch as unknown as Readonly<Record<string, EventColumn>>)[name];
}

function numbers(column: EventColumn | undefined, rows: number): Float64Array {
  if (column instanceof Float64Array) return column;
  const values = new Float64Array(rows).fill(Number.NaN);
  if (column instanceof Int32Array) {
    for (let row = 0; row < rows; row++) if ((column[row] as number) >= 0) values[row] = column[row] as number;
  }
  return values;
}

function words(column: EventColumn | undefined, rows: number): Int32Array {
  const found = new Int32Array(rows * 4);
  if (!(column instanceof Uint8Array)) return found;
  const view = new DataView(column.buffer, column.byteOffset, column.byteLength);
  for (let i = 0; i < found.length; i++) found[i] = view.getInt32(i * 4);
  return found;
}

function texts(column: EventColumn | undefined, rows: number): Vector {
  if (column === undefined || ArrayBuffer.isView(column)) return { type: 'text', codes: new Int32Array(rows).fill(-1), values: [] };
  if ('codes' in column) return { type: 'text', ...column };
  const { start, end } = column;
  const codes = new Int32Array(rows).fill(-1);
  const values: string[] = [];
  const isShared = sharesBytes(column, rows);
  /** By where a text starts: the row that had it first. */
  const first = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    const at = start[row] as number;
    if (at < 0) continue;
    const before = isShared ? first.get(at) : undefined;
    if (before !== undefined && end[before] === end[row]) {
      codes[row] = codes[before] as number;
      continue;
    }
    codes[row] = values.push(textAt(column, row)) - 1;
    if (isShared) first.set(at, row);
  }
  return { type: 'text', codes, values };
}

/** Whether rows have bytes in common, which many do where all rows come to more than there are. */
function sharesBytes({ bytes, start, end }: TextColumn, rows: number): boolean {
  let length = 0;
  for (let row = 0; row < rows; row++) if ((start[row] as number) >= 0) length += (end[row] as number) - (start[row] as number);
  return length > bytes.length;
}
