import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextColumn } from '../../core/index.ts';
import { ByteSink } from './columnar/byte-sink.ts';
import { jsonFields } from './json-fields.ts';

function column(values: readonly (string | undefined)[]): TextColumn {
  const parts = values.map((value) => Buffer.from(value ?? ''));
  const start = new Int32Array(values.length).fill(-1);
  const end = new Int32Array(values.length);
  let at = 0;
  for (const [row, part] of parts.entries()) {
    if (values[row] !== undefined) start[row] = at;
    at += part.length;
    if (values[row] !== undefined) end[row] = at;
  }
  return { bytes: Buffer.concat(parts), start, end };
}

describe('jsonFields', () => {
  it('writes what JSON.stringify writes, whatever the text, absent values left out', () => {
    const value = fc.option(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('"', '\\', '\n', 'plain')), {
      nil: undefined,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 8 }), (rows) => {
        const source = jsonFields({ first: column(rows.map(([a]) => a)), 'a "b"': column(rows.map(([, b]) => b)) });
        const written = rows.map((_, row) => {
          const sink = new ByteSink();
          if (source.of === 'made') source.write(row, sink);
          return Buffer.from(sink.taken()).toString();
        });
        expect(written).toEqual(rows.map(([a, b]) => JSON.stringify({ first: a, 'a "b"': b })));
      }),
    );
  });
});
