import { isUtf8 } from 'node:buffer';
import type { DictColumn, LogBatch, SpansColumn, TextColumn } from '../../core/index.ts';
import type { ColumnFill } from './chunk-writer.ts';
import { LIST_SEPARATOR } from './ddl.ts';
import { jsonFields } from './json-fields.ts';
import { Slab } from './slab.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Gives a string its number in the epoch's string table. */
export type Intern = (value: string) => number;

/** The columns of a log batch in the order of `storedColumns('log')`. */
export function logColumns(batch: LogBatch, templateIds: readonly string[], intern: Intern): readonly ColumnFill[] {
  const { origin, rows } = batch;
  const templates = { codes: batch.template, values: templateIds };
  return [
    constant(intern(batch.source)),
    constant(intern(origin.input)),
    copy(origin.offset),
    copy(origin.line),
    copy(origin.length),
    copy(batch.time),
    interned(batch.host, rows, intern),
    interned(batch.component, rows, intern),
    copy(batch.pid),
    interned(batch.level, rows, intern),
    text(batch.message),
    interned(templates, rows, intern),
    spans(batch.parameters),
    batch.attributes === undefined ? { bytes: () => undefined } : text(batch.attributes),
    jsonFields(batch.fields ?? {}),
  ];
}

/** Staged for "absent": in no string table, so the join finds nothing. */
const ABSENT = -1;

export function constant(value: number): ColumnFill {
  return { numbers: (items) => items.fill(value) };
}

export function copy(values: Float64Array | Int32Array): ColumnFill {
  return { numbers: (items, from, count) => items.set(values.subarray(from, from + count)) };
}

export function interned(column: DictColumn, rows: number, intern: Intern): ColumnFill {
  const known = new Int32Array(column.values.length).fill(ABSENT);
  for (let row = 0; row < rows; row++) {
    const code = column.codes[row] as number;
    if (code >= 0 && known[code] === ABSENT) known[code] = intern(column.values[code] as string);
  }
  return {
    numbers(items, from, count) {
      for (let i = 0; i < count; i++) items[i] = known[column.codes[from + i] as number] ?? ABSENT;
    },
  };
}

/** Valid UTF-8 passes untouched; what is not is stored with U+FFFD (the raw bytes stay in the input). */
function valid(bytes: Uint8Array): Uint8Array {
  return isUtf8(bytes) ? bytes : encoder.encode(decoder.decode(bytes));
}

/** Inside a character of UTF-8: a span of a valid buffer that neither starts nor ends here is valid itself. */
function continues(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

export function text(column: TextColumn): ColumnFill {
  const { start, end } = column;
  const bytes = Buffer.from(column.bytes.buffer, column.bytes.byteOffset, column.bytes.byteLength);
  const clean = isUtf8(bytes);
  return {
    bytes(row) {
      const from = start[row] as number;
      if (from < 0) return undefined;
      const to = end[row] as number;
      const span = bytes.subarray(from, to);
      return clean && !continues(bytes[from]) && !continues(bytes[to]) ? span : valid(span);
    },
  };
}

/** A row's parameters joined by the separator; no parameters = NULL, which is written as an empty list. */
function spans(column: SpansColumn): ColumnFill {
  const { bytes, first, start, end } = column;
  const clean = isUtf8(bytes);
  const slab = new Slab();
  return {
    bytes(row) {
      const from = first[row] as number;
      const to = first[row + 1] as number;
      if (from === to) return undefined;
      let size = to - from - 1;
      for (let i = from; i < to; i++) size += Math.max(0, (end[i] as number) - (start[i] as number));
      const begin = slab.reserve(size);
      const { bytes: joined } = slab;
      let at = begin;
      let whole = clean;
      for (let i = from; i < to; i++) {
        if (i > from) joined[at++] = LIST_SEPARATOR;
        const stop = end[i] as number;
        if (whole && (continues(bytes[start[i] as number]) || continues(bytes[stop]))) whole = false;
        for (let p = start[i] as number; p < stop; p++) {
          const byte = bytes[p] as number;
          if (byte === LIST_SEPARATOR) return withoutSeparators(column, from, to);
          joined[at++] = byte;
        }
      }
      slab.at = at;
      const made = slab.since(begin);
      return whole ? made : valid(made);
    },
  };
}

function withoutSeparators({ bytes, start, end }: SpansColumn, from: number, to: number): Uint8Array {
  const separator = String.fromCharCode(LIST_SEPARATOR);
  const parts: string[] = [];
  for (let i = from; i < to; i++)
    parts.push(decoder.decode(bytes.subarray(start[i] as number, end[i] as number)).replaceAll(separator, '\ufffd'));
  return encoder.encode(parts.join(separator));
}
