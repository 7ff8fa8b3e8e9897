import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Keywords } from './keywords.ts';

describe('many keywords', () => {
  it('are in a text where one of them is, however long', () => {
    const word = fc.string({ unit: fc.constantFrom(...'ab /é\u0001'), minLength: 1, maxLength: 24 });
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 20 }),
        fc.string({ unit: fc.constantFrom(...'ab /éü\u0001\u0002'), maxLength: 60 }),
        (keywords, text) => {
          expect(new Keywords(keywords).isIn(text)).toBe(keywords.some((keyword) => text.includes(keyword)));
        },
      ),
    );
  });

  it('of more characters than are searched for are compared in full', () => {
    const keywords = new Keywords(['connection closed by authenticating user']);
    expect(keywords.isIn('connection reset by authenticating user root')).toBe(false);
    expect(keywords.isIn('x connection closed by authenticating user root')).toBe(true);
  });
});
