import type { DictColumn, EventBatch, EventColumn, TextColumn } from '../../core/index.ts';

/** Events of one kind as one batch in order of their end: sensors write flows when they end, some files in no order at all. */
export function inOrder(batches: readonly EventBatch[]): EventBatch | undefined {
  const [first] = batches;
  if (first === undefined) return undefined;
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const joined = Object.fromEntries(
    Object.keys(first.columns).map((name) => [name, concatenated(batches.map((batch) => batch.columns[name] as EventColumn))]),
  );
  const ends = endsOf(joined, rows);
  const order = Uint32Array.from({ length: rows }, (_, row) => row).sort((a, b) => (ends[a] as number) - (ends[b] as number) || a - b);
  const columns = Object.fromEntries(Object.entries(joined).map(([name, column]) => [name, gathered(column, order)]));
  const offset = concatenated(batches.map((batch) => batch.origin.offset)) as Float64Array;
  const line = concatenated(batches.map((batch) => batch.origin.line)) as Float64Array;
  const length = concatenated(batches.map((batch) => batch.origin.length)) as Int32Array;
  return {
    ...first,
    rows,
    columns,
    origin: {
      input: first.origin.input,
      offset: gathered(offset, order) as Float64Array,
      line: gathered(line, order) as Float64Array,
      length: gathered(length, order) as Int32Array,
    },
  };
}

/** Microseconds; what has no time comes last. */
function endsOf(columns: Readonly<Record<string, EventColumn>>, rows: number): Float64Array {
  const times = columns.time as Float64Array;
  const durations = columns.durationMicros;
  return Float64Array.from({ length: rows }, (_, row) => {
    const time = times[row] as number;
    const duration = durations instanceof Float64Array ? (durations[row] as number) : 0;
    return Number.isNaN(time) ? Number.MAX_VALUE : time + (Number.isNaN(duration) ? 0 : duration);
  });
}

function concatenated(parts: readonly EventColumn[]): EventColumn {
  const [first] = parts;
  if (first === undefined) return new Float64Array(0);
  if (ArrayBuffer.isView(first)) {
    const typed = parts as readonly (Float64Array | Int32Array | Uint8Array)[];
    const all = new (first.constructor as Float64ArrayConstructor)(typed.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of typed) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
  return 'codes' in first ? dictionaries(parts as readonly DictColumn[]) : texts(parts as readonly TextColumn[]);
}

function dictionaries(parts: readonly DictColumn[]): DictColumn {
  const values: string[] = [];
  const codes = parts.map((part) => {
    const base = values.length;
    for (const value of part.values) values.push(value);
    return part.codes.map((code) => (code < 0 ? code : code + base));
  });
  return { codes: concatenated(codes) as Int32Array, values };
}

function texts(parts: readonly TextColumn[]): TextColumn {
  const bases: number[] = [];
  let size = 0;
  for (const { bytes } of parts) {
    bases.push(size);
    size += bytes.length;
  }
  const moved = (of: 'start' | 'end'): Int32Array =>
    concatenated(parts.map((part, i) => part[of].map((at) => (at < 0 ? at : at + (bases[i] as number))))) as Int32Array;
  return { bytes: concatenated(parts.map(({ bytes }) => bytes)) as Uint8Array, start: moved('start'), end: moved('end') };
}

function gathered(column: EventColumn, order: Uint32Array): EventColumn {
  if (column instanceof Uint8Array) {
    // Addresses have 16 bytes a row, flags one.
    const width = order.length === 0 ? 1 : column.length / order.length;
    const to = new Uint8Array(column.length);
    for (const [row, from] of order.entries()) to.set(column.subarray(from * width, (from + 1) * width), row * width);
    return to;
  }
  if (column instanceof Float64Array) return Float64Array.from(order, (from) => column[from] as number);
  if (column instanceof Int32Array) return Int32Array.from(order, (from) => column[from] as number);
  if ('codes' in column) return { codes: gathered(column.codes, order) as Int32Array, values: column.values };
  return { bytes: column.bytes, start: gathered(column.start, order) as Int32Array, end: gathered(column.end, order) as Int32Array };
}
