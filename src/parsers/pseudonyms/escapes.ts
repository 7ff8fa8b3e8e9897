import { bytesOf } from './case-folding.ts';

/** `\u00fc`, as deep in strings of JSON as it may stand. */
const JSON_ESCAPES = /(?:\\{1,8}u[0-9a-f]{4})+/gi;
/** `\xC3\xBC` as nginx writes it, `%C3%BC`. */
const BYTES = /(?:\\{1,8}x[89a-f][0-9a-f]){2,}|(?:%[89a-f][0-9a-f]){2,}/gi;
const ENTITY = /&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi;
const NAME_CHARACTERS = /^[\w .@-]$/;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Letters that a record spells with escapes as the letters themselves, so that a name is one however it is written. `text`: bytes as Latin-1 characters. */
export function withoutEscapes(text: string): string {
  let plain = text;
  if (/\\u/i.test(plain)) {
    plain = plain.replace(JSON_ESCAPES, (run) => {
      const units = Array.from(run.matchAll(/u([0-9a-f]{4})/gi), ([, hex]) => Number.parseInt(hex as string, 16));
      const escapes = run.match(/\\+u[0-9a-f]{4}/gi) ?? [];
      let decoded = '';
      for (let i = 0; i < units.length; i++) {
        const pair = isHigh(units[i] as number) && isLow(units[i + 1] ?? 0);
        const character = String.fromCharCode(...units.slice(i, pair ? i + 2 : i + 1));
        const isLetter = isOfNames(character) && (pair || !isSurrogate(units[i] as number));
        decoded += isLetter ? bytesOf(character) : escapes.slice(i, pair ? i + 2 : i + 1).join('');
        if (pair) i++;
      }
      return decoded;
    });
  }
  if (plain.includes('\\x') || plain.includes('%'))
    plain = plain.replace(BYTES, (run) => {
      const bytes = Buffer.from(run.replace(/\\+x|%/gi, ''), 'hex');
      try {
        utf8.decode(bytes);
        return bytes.toString('latin1');
      } catch {
        return run;
      }
    });
  if (plain.includes('&#'))
    plain = plain.replace(ENTITY, (entity, hex: string | undefined, decimal: string | undefined) => {
      const code = Number.parseInt(hex ?? decimal ?? '', hex === undefined ? 10 : 16);
      if (code > 0x10ffff || isSurrogate(code)) return entity;
      const character = String.fromCodePoint(code);
      return isOfNames(character) ? bytesOf(character) : entity;
    });
  return plain;
}

function isOfNames(character: string): boolean {
  return character >= '\x80' || NAME_CHARACTERS.test(character);
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xe000;
}
