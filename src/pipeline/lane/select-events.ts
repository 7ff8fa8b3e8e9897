import { EVENT_SCHEMAS, type EventBatch, type EventColumn } from '../../core/index.ts';

/** The given rows of an event batch; text and dictionaries stay where they are. */
export function selectEvents(batch: EventBatch, rows: readonly number[]): EventBatch {
  if (rows.length === batch.rows) return batch;
  const { input, offset, line, length } = batch.origin;
  const columns = EVENT_SCHEMAS[batch.kind].columns.flatMap(({ name }) => {
    const column = batch.columns[name];
    return column === undefined ? [] : [[name, selected(column, rows)] as const];
  });
  return {
    ...batch,
    rows: rows.length,
    origin: { input, offset: pick(offset, rows), line: pick(line, rows), length: pick(length, rows) },
    columns: Object.fromEntries(columns),
  };
}

function selected(column: EventColumn, rows: readonly number[]): EventColumn {
  if (column instanceof Float64Array || column instanceof Int32Array) return pick(column, rows);
  if (column instanceof Uint8Array) {
    const bytes = new Uint8Array(16 * rows.length);
    for (const [i, row] of rows.entries()) bytes.set(column.subarray(16 * row, 16 * row + 16), 16 * i);
    return bytes;
  }
  return 'codes' in column
    ? { codes: pick(column.codes, rows), values: column.values }
    : { bytes: column.bytes, start: pick(column.start, rows), end: pick(column.end, rows) };
}

function pick<T extends Float64Array | Int32Array>(values: T, rows: readonly number[]): T {
  const Column = values.constructor as new (length: number) => T;
  const out = new Column(rows.length);
  for (const [i, row] of rows.entries()) out[i] = values[row] as number;
  return out;
}
