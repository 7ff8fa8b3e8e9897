import { type TextColumn, textAt } from '../../core/index.ts';
import type { ByteSink } from './columnar/byte-sink.ts';
import { ABSENT, type ColumnSource } from './columnar/column-source.ts';

const encoder = new TextEncoder();
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
/** By byte: 1 = stands for itself in a string of JSON. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 32 && byte <= 126 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0));
/** `{`, `}`, quotes and a comma around a value. */
const FRAME = 4;

/** The columns of a row as one JSON object, absent ones left out: as `JSON.stringify` writes it, from bytes where they are plain ASCII. */
export function jsonFields(columns: Readonly<Record<string, TextColumn>>): ColumnSource {
  const entries = Object.entries(columns).map(([name, column]) => ({ name, column, key: encoder.encode(`${JSON.stringify(name)}:`) }));
  if (entries.length === 0) return ABSENT;
  const keys = entries.reduce((sum, { key }) => sum + key.length + FRAME, 2);
  const plain = (row: number, sink: ByteSink): boolean => {
    let size = keys;
    for (const { column } of entries) size += (column.end[row] as number) - Math.max(0, column.start[row] as number);
    const out = sink.reserve(Math.max(keys, size));
    const start = sink.at;
    let at = start;
    out[at++] = 123;
    for (const { column, key } of entries) {
      const from = column.start[row] as number;
      if (from < 0) continue;
      const to = column.end[row] as number;
      if (at > start + 1) out[at++] = COMMA;
      for (let i = 0; i < key.length; i++) out[at++] = key[i] as number;
      out[at++] = QUOTE;
      const { bytes } = column;
      for (let p = from; p < to; p++) {
        const byte = bytes[p] as number;
        if (PLAIN[byte] === 0) return false;
        out[at++] = byte;
      }
      out[at++] = QUOTE;
    }
    out[at++] = 125;
    sink.at = at;
    return true;
  };
  const write = (row: number, sink: ByteSink): boolean => {
    if (!plain(row, sink)) sink.copy(encoder.encode(JSON.stringify(present(row))));
    return true;
  };
  return { of: 'made', write };

  function present(row: number): Readonly<Record<string, string>> {
    const shown = entries.filter(({ column }) => (column.start[row] as number) >= 0);
    return Object.fromEntries(shown.map(({ name, column }) => [name, textAt(column, row)]));
  }
}
