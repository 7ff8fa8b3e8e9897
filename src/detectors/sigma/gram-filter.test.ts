import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GramFilter } from './gram-filter.ts';
import { Prefilter } from './prefilter.ts';

const DEPTH = 16;
const encoder = new TextEncoder();

describe('a filter by four characters', () => {
  it('lets through every text that holds a literal, at any place and in any case', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abe /.%X9\u00e9'), minLength: 4, maxLength: 24 }).map((text) => text.toLowerCase());
    const noise = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), noise, noise, fc.nat(7), fc.boolean(), (literals, a, b, pick, upper) => {
        const literal = literals[pick % literals.length] as string;
        const text = encoder.encode(`${a}${upper ? literal.toUpperCase() : literal}${b}`);
        const exact = new Prefilter([literals]);
        const filter = new GramFilter(literals, DEPTH);
        // ASCII only: of anything else a literal has one character where a text has several bytes.
        if (/^[ -~]*$/.test(literal)) expect(exact.touches(text, 0, text.length)).toBe(true);
        if (exact.touches(text, 0, text.length)) expect(filter.mayTouch(text, 0, text.length)).toBe(true);
      }),
    );
  });

  it('passes over most texts that hold none', () => {
    const filter = new GramFilter(['failed password', '/etc/passwd', 'union select'], DEPTH);
    const lines = Array.from({ length: 1000 }, (_, i) =>
      encoder.encode(`Receiving block blk_${i * 7919} src: /10.250.${i % 20}.7:5${i} dest: /10.0.0.1`),
    );
    expect(lines.filter((line) => filter.mayTouch(line, 0, line.length)).length).toBeLessThan(20);
  });

  it('is not used for literals that are too short', () => {
    expect(GramFilter.suits(['abc', 'abcd'])).toBe(false);
  });
});
