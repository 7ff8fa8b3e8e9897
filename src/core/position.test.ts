import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countLines } from './position.ts';

describe('countLines', () => {
  it('counts the line feeds of any bytes, wherever they begin in their buffer', () => {
    const bytes = fc.uint8Array({ maxLength: 3000 }).chain((some) =>
      fc.constantFrom(
        some,
        some.map((byte) => (byte < 128 ? 10 : byte)),
      ),
    );
    fc.assert(
      fc.property(bytes, fc.nat(7), (all, skip) => {
        const view = all.subarray(Math.min(skip, all.length));
        expect(countLines(view)).toBe(view.filter((byte) => byte === 10).length);
      }),
    );
  });
});
