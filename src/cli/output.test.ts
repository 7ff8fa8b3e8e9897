import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { print, printJson } from './output.ts';
import { visible } from './visible.ts';

afterEach(() => vi.restoreAllMocks());

function printed(run: () => void): string {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  run();
  return write.mock.calls.map(([text]) => text).join('');
}

describe('what is printed for people', () => {
  it('holds nothing that a terminal obeys, and no line that data forged', () => {
    const title = 'Failed sign-in: \u001b[2J\u001b]0;owned\u0007 \u009b31m \u202egnp.exe\nCRITICAL all is well';
    const shown = printed(() => print(`MEDIUM ${title}`, '  second'));
    expect(shown).toBe(
      'MEDIUM Failed sign-in: \\u001b[2J\\u001b]0;owned\\u0007 \\u009b31m \\u202egnp.exe\\u000aCRITICAL all is well\n  second\n',
    );
  });

  it('is one line whatever text it is made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/[^\P{Cc}\t]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(visible(visible(text))).toBe(visible(text));
      }),
    );
  });

  it('of JSON reads back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const shown = printed(() => printJson({ value, text }));
        expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify({ value, text })));
        expect(shown).not.toMatch(/[^\P{Cc}\n]/u);
        vi.restoreAllMocks();
      }),
    );
  });
});
