import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onePerAlert, packRows, unpackRows, withRow } from './rows.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (packed: Uint8Array) => unpackRows(packed).map((row) => new TextDecoder().decode(row));

describe('rows of an alert', () => {
  it('come back as they were packed, a single one being kept as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 2, maxLength: 8 }), (rows) => {
        expect(unpackRows(packRows(rows)).map((row) => [...row])).toEqual(rows.map((row) => [...row]));
      }),
    );
    expect(packRows([bytes('one')])).toEqual(bytes('one'));
    expect(texts(bytes('one'))).toEqual(['one']);
  });

  it('hold the worst first, equal ones once, a bounded number', () => {
    let packed = withRow(undefined, bytes('a'), true);
    packed = withRow(packed, bytes('b'), false);
    packed = withRow(packed, bytes('a'), false);
    expect(texts(packed)).toEqual(['a', 'b']);
    packed = withRow(packed, bytes('c'), true);
    expect(texts(withRow(packed, bytes('b'), true))).toEqual(['b', 'c', 'a']);
    for (let i = 0; i < 20; i++) packed = withRow(packed, bytes(`row ${i}`), false);
    expect(texts(packed).slice(0, 3)).toEqual(['c', 'a', 'b']);
    expect(texts(packed)).toHaveLength(8);
    expect(unpackRows(withRow(bytes('small'), new Uint8Array(1 << 20), false))).toHaveLength(1);
  });

  it('are bytes of any kind, damaged ones too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (tail) => unpackRows(Uint8Array.of(0, 0x72, 0x6f, 0x77, 0x73, 1, ...tail)).length > 0),
    );
  });

  it('are labelled as one', () => {
    expect(onePerAlert([{ alertId: 'x' }, { alertId: 'x' }, { alertId: 'y' }])).toHaveLength(2);
  });
});
