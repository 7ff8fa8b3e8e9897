import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guessEncoding } from './encoding.ts';
import { asGuessedText } from './text.ts';

/** Encoded by Python's codecs: `text.encode('shift_jis')` and so on, as base64. */
const JAPANESE = {
  text: '2026-03-01 10:00:00 エラー: ファイルを開けません (ユーザー)\n',
  shift_jis: 'MjAyNi0wMy0wMSAxMDowMDowMCCDR4OJgVs6IIN0g0CDQ4OLgvCKSoKvgtyCuYLxICiDhoFbg1WBWykK',
  'euc-jp': 'MjAyNi0wMy0wMSAxMDowMDowMCClqKXpobw6IKXVpaGlpKXrpPKzq6SxpN6ku6TzICil5qG8pbahvCkK',
};
const line = '2026-03-01 10:00:00 WARN Müller: Größe überschritten für C:\\Büro (Zugriff verweigert)\n';
const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const wide = (text: string, bigEndian = false) => {
  const bytes = Buffer.from(text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};

async function read(bytes: Uint8Array, cut = 7): Promise<{ text: string; encoding: string }> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / cut) }, (_, i) => bytes.slice(i * cut, (i + 1) * cut));
  const content = await asGuessedText(chunks, 'a.log');
  const parts: Uint8Array[] = [];
  for await (const chunk of content.chunks) parts.push(chunk);
  return { text: Buffer.concat(parts).toString('utf8'), encoding: content.encoding };
}

describe('the encoding of a text without a mark', () => {
  it.each([
    ['utf-8', Buffer.from(line), line],
    ['windows-1252', latin(line), line],
    ['windows-1252', latin('caf\xe9 \x80 5 \x96 ok, d\xe9j\xe0 vu\n'), 'café € 5 – ok, déjà vu\n'],
    ['utf-16le', wide(line), line],
    ['utf-16be', wide(line, true), line],
    ['shift_jis', Buffer.from(JAPANESE.shift_jis, 'base64'), JAPANESE.text],
    ['euc-jp', Buffer.from(JAPANESE['euc-jp'], 'base64'), JAPANESE.text],
  ])('%s is recognised and read as UTF-8, however it is cut', async (encoding, bytes, text) => {
    for (const cut of [1, 7, 1000]) {
      const found = await read(bytes, cut);
      expect(found.encoding).toBe(encoding);
      expect(found.text).toBe(text);
    }
  });

  it('leaves the bytes where they do not show it', async () => {
    const cyrillic = Buffer.from('2026 \xee\xf8\xe8\xe1\xea\xe0 \xf4\xe0\xe9\xeb\xe0 \xed\xe5\xf2\n', 'latin1');
    expect(guessEncoding(cyrillic)).toBe('unknown');
    expect((await asGuessedText([cyrillic], 'a.log')).verbatim).toBe(true);
  });

  it('is UTF-8 for every text in UTF-8, also where the sample ends within a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.nat(3), (text, short) => {
        const bytes = Buffer.from(`a text of some length: ${text.replace(/\p{Cc}/gu, '')} 日本`);
        expect(guessEncoding(bytes.subarray(0, bytes.length - short))).toBe('utf-8');
      }),
    );
  });

  it('is none where there is no text', async () => {
    const noise = Buffer.concat(Array.from({ length: 200 }, (_, i) => createHash('sha256').update(`${i}`).digest()));
    expect(guessEncoding(noise)).toBe('binary');
    for (const [head, what] of [
      ['SQLite format 3\0', /a database of SQLite/],
      ['\x89PNG\r\n', /a picture/],
      ['\xff\xd8\xff\xe0', /a picture/],
    ] as const)
      await expect(asGuessedText([latin(head)], 'x.bin')).rejects.toThrow(what);
    await expect(asGuessedText([noise], 'x.bin')).rejects.toThrow(/x\.bin is no text/);
  });

  it('is that of the text in a log with a hole of zeros, colours and a bell', () => {
    expect(guessEncoding(Buffer.concat([new Uint8Array(3000), Buffer.from(line)]))).toBe('utf-8');
    expect(guessEncoding(Buffer.from(`\u001b[31mERROR\u001b[0m no\u0007\n${line}`))).toBe('utf-8');
  });

  it('splits lines that end with CR alone', async () => {
    expect((await read(Buffer.from('one\rtwo\rthree\r'), 5)).text).toBe('one\ntwo\nthree\n');
    expect((await read(Buffer.from('10 %\r20 %\rdone\n'), 5)).text).toBe('10 %\r20 %\rdone\n');
  });
});
