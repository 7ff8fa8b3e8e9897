import { type HashKey, MASKED } from './hashing.ts';
import type { ShapeScanner } from './shape.ts';

export const WILD_TEXT = '<*>';
const BLANK = 32;
const [LESS, STAR, GREATER] = [60, 42, 62];

let scratch = Buffer.alloc(4096);

/** The tokens of the line scanned last as Latin-1 (one character a byte), joined by blanks, masked stretches as `<*>`. */
export function tokensText(bytes: Uint8Array, shape: ShapeScanner): string {
  const { count, tokenStart, tokenEnd, masks, maskStart, maskEnd } = shape;
  if (count === 0) return '';
  const most = (tokenEnd[count - 1] as number) - (tokenStart[0] as number) + 3 * masks;
  if (scratch.length < most) scratch = Buffer.alloc(most);
  const to = scratch;
  let at = 0;
  let mask = 0;
  for (let t = 0; t < count; t++) {
    const end = tokenEnd[t] as number;
    if (t > 0) to[at++] = BLANK;
    for (let p = tokenStart[t] as number; p < end; ) {
      if (mask < masks && maskStart[mask] === p) {
        to[at++] = LESS;
        to[at++] = STAR;
        to[at++] = GREATER;
        p = maskEnd[mask++] as number;
      } else {
        to[at++] = bytes[p++] as number;
      }
    }
  }
  return to.toString('latin1', 0, at);
}

/** The two hashes of a token given as Latin-1 text, as the scanner makes them. */
export function tokenHash(text: string, { seed1, seed2, factor1, factor2 }: HashKey): [number, number] {
  let hash1 = seed1;
  let hash2 = seed2;
  for (let i = 0; i < text.length; i++) {
    let unit = text.charCodeAt(i);
    if (unit === 60 && text.startsWith(WILD_TEXT, i)) {
      unit = MASKED;
      i += 2;
    }
    hash1 = Math.imul(hash1 ^ unit, factor1);
    hash2 = Math.imul(hash2 ^ unit, factor2);
  }
  return [hash1, hash2];
}

/** True for a token's text that holds a wildcard and neither letter nor digit. */
export function isWild(text: string): boolean {
  return text.includes(WILD_TEXT) && !/[a-zA-Z0-9\x80-\xff]/.test(text);
}

/** UTF-8 bytes kept as Latin-1, as text. */
export function utf8Of(latin1Text: string): string {
  return /[\x80-\xff]/.test(latin1Text) ? Buffer.from(latin1Text, 'latin1').toString('utf8') : latin1Text;
}
