import { expect, it } from 'vitest';
import { quoted } from './quote.ts';

it('quotes what others wrote so that its own quotes are told from them', () => {
  expect(quoted('session wipe')).toBe('"session wipe"');
  expect(quoted('"GET / HTTP/1.1" 200')).toBe('“"GET / HTTP/1.1" 200”');
  expect(quoted('abcdef', 4)).toBe('"abc…"');
});
