import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressAt, addressDictionary } from './addresses.ts';

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];
const v4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => [...MAPPED, ...bytes]);
const v6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => [...bytes]);
const few = fc.constantFrom(
  new Array<number>(16).fill(0),
  [...MAPPED, 10, 0, 0, 1],
  [...MAPPED, 0, 0, 0, 0],
  [...MAPPED.slice(0, 10), 0, 0, 10, 0, 0, 1],
);

describe('addresses in text', () => {
  it('are what each row reads, each of them once', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(v4, v6, few), { maxLength: 40 }), (rows) => {
        const column = Uint8Array.from(rows.flat());
        const { codes, values } = addressDictionary(column);
        expect(rows.map((_, row) => values[codes[row] as number] ?? '')).toEqual(rows.map((_, row) => addressAt(column, row)));
        expect(new Set(values).size).toBe(values.length);
      }),
    );
  });
});
