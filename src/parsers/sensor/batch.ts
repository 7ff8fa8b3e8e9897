import { DictBuilder, EVENT_SCHEMAS, type EventBatch, type EventColumn, type TextColumn } from '../../core/index.ts';
import { writeAddress } from './address.ts';

/** One event by column name; what has no column is in `attributes`, as JSON. */
export interface SensorRow {
  readonly kind: EventBatch['kind'];
  readonly values: Readonly<Record<string, string | number | undefined>>;
  readonly attributes: string | undefined;
  readonly offset: number;
  readonly line: number;
  readonly length: number;
}

const encoder = new TextEncoder();

/** One batch for each kind, in the order of the first event of each. */
export function sensorBatches(rows: readonly SensorRow[], source: string, input: string): EventBatch[] {
  const kinds = new Map<EventBatch['kind'], SensorRow[]>();
  for (const row of rows) {
    const list = kinds.get(row.kind) ?? [];
    kinds.set(row.kind, list);
    list.push(row);
  }
  return [...kinds].map(([kind, list]) => ({
    kind,
    rows: list.length,
    source,
    origin: {
      input,
      offset: Float64Array.from(list, ({ offset }) => offset),
      line: Float64Array.from(list, ({ line }) => line),
      length: Int32Array.from(list, ({ length }) => length),
    },
    columns: Object.fromEntries(EVENT_SCHEMAS[kind].columns.map(({ name, type }) => [name, column(name, type, list)])),
  }));
}

function column(name: string, type: string, rows: readonly SensorRow[]): EventColumn {
  const numberAt = (row: SensorRow): number => {
    const value = row.values[name];
    return typeof value === 'number' ? value : Number.NaN;
  };
  if (type === 'time' || type === 'f64') return Float64Array.from(rows, numberAt);
  if (type === 'i32') return Int32Array.from(rows, (row) => (Number.isFinite(numberAt(row)) ? numberAt(row) : -1));
  if (type === 'ip') {
    const bytes = new Uint8Array(16 * rows.length);
    for (const [i, row] of rows.entries()) writeAddress(String(row.values[name] ?? ''), bytes, 16 * i);
    return bytes;
  }
  if (type === 'dict') {
    const builder = new DictBuilder();
    const codes = Int32Array.from(rows, (row) => (row.values[name] === undefined ? -1 : builder.code(String(row.values[name]))));
    return builder.finish(codes);
  }
  return textColumn(
    rows.map((row) => {
      if (type === 'json') return row.attributes;
      return row.values[name] === undefined ? undefined : String(row.values[name]);
    }),
  );
}

function textColumn(texts: readonly (string | undefined)[]): TextColumn {
  const parts = texts.map((text) => (text === undefined ? undefined : encoder.encode(text)));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + (part?.length ?? 0), 0));
  const start = new Int32Array(texts.length).fill(-1);
  const end = new Int32Array(texts.length).fill(-1);
  let at = 0;
  for (const [i, part] of parts.entries()) {
    if (part === undefined) continue;
    bytes.set(part, at);
    start[i] = at;
    at += part.length;
    end[i] = at;
  }
  return { bytes, start, end };
}
