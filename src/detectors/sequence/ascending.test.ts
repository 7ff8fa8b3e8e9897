import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ascending } from './ascending.ts';

describe('ascending', () => {
  it('gives every index in the order of a stable sort', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (values) => {
        const ascending = new Ascending(Float64Array.from(values));
        const given = values.map(() => ascending.next());
        expect(given).toEqual([...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number) || a - b));
        expect(ascending.next()).toBe(-1);
      }),
    );
  });
});
