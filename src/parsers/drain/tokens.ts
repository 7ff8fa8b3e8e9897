import { BLANK, BYTE_CLASS, DIGIT, LETTER } from './byte-class.ts';
import { type HashKey, joinHash, MASKED } from './hashing.ts';
import type { ShapeScanner } from './shape.ts';

// Held here because reads of an import are not folded into the loop.
const CLASSES = BYTE_CLASS;

/** Key of a token that is a wildcard: one that became so, or that is nothing but masked stretches and punctuation. */
export const WILD = -1;
export const WILD_TEXT = '<*>';

/** The tokens of a shape: blank-separated stretches, as 53-bit keys, with their places in the line. */
export class Tokens {
  count = 0;
  /** What the tree branches on and similarity compares: WILD for every variable token without a word. */
  readonly keys: Float64Array;
  /** Tells all different texts apart: WILD for `<*>` alone. */
  readonly exact: Float64Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** 1 where the token holds a digit or a masked stretch and so is no good to branch on. */
  readonly variable: Uint8Array;
  private readonly key: HashKey;

  constructor(key: HashKey, most: number) {
    this.key = key;
    this.keys = new Float64Array(most);
    this.exact = new Float64Array(most);
    this.start = new Int32Array(most);
    this.end = new Int32Array(most);
    this.variable = new Uint8Array(most);
  }

  /** Splits what `shape` scanned; tokens beyond the bound are left out. */
  split(bytes: Uint8Array, start: number, end: number, shape: ShapeScanner): void {
    const { factor1, factor2, seed1, seed2 } = this.key;
    const most = this.keys.length;
    let count = 0;
    let mask = 0;
    let p = start;
    while (p < end && count < most) {
      while (p < end && CLASSES[bytes[p] as number] === BLANK) p++;
      if (p >= end) break;
      const from = p;
      let hash1 = seed1;
      let hash2 = seed2;
      let variable = 0;
      let wordless = true;
      let alone = false;
      while (p < end) {
        if (mask < shape.masks && shape.maskStart[mask] === p) {
          alone = p === from;
          p = shape.maskEnd[mask++] as number;
          variable = 1;
          hash1 = Math.imul(hash1 ^ MASKED, factor1);
          hash2 = Math.imul(hash2 ^ MASKED, factor2);
          continue;
        }
        const byte = bytes[p] as number;
        const kind = CLASSES[byte];
        if (kind === BLANK) break;
        if (kind === DIGIT) variable = 1;
        if (kind === LETTER || kind === DIGIT) wordless = false;
        alone = false;
        hash1 = Math.imul(hash1 ^ byte, factor1);
        hash2 = Math.imul(hash2 ^ byte, factor2);
        p++;
      }
      this.start[count] = from;
      this.end[count] = p;
      this.variable[count] = variable;
      const exact = alone ? WILD : joinHash(hash1, hash2);
      this.exact[count] = exact;
      this.keys[count++] = variable === 1 && wordless ? WILD : exact;
    }
    this.count = count;
  }

  /** The tokens' texts as Latin-1 (one character a byte), masked stretches as `<*>`. Call after `split` on the same line. */
  texts(bytes: Uint8Array, shape: ShapeScanner): string[] {
    const texts: string[] = [];
    let mask = 0;
    for (let t = 0; t < this.count; t++) {
      const end = this.end[t] as number;
      let text = '';
      let p = this.start[t] as number;
      while (mask < shape.masks && (shape.maskStart[mask] as number) < end) {
        text += latin1(bytes, p, shape.maskStart[mask] as number) + WILD_TEXT;
        p = shape.maskEnd[mask++] as number;
      }
      texts.push(text + latin1(bytes, p, end));
    }
    return texts;
  }

  /** Key of a token given as Latin-1 text, as `texts` prints it. */
  keyOf(text: string): number {
    return isWild(text) ? WILD : this.exactOf(text);
  }

  exactOf(text: string): number {
    if (text === WILD_TEXT) return WILD;
    const { factor1, factor2 } = this.key;
    let hash1 = this.key.seed1;
    let hash2 = this.key.seed2;
    for (let i = 0; i < text.length; i++) {
      let unit = text.charCodeAt(i);
      if (unit === 60 && text.startsWith(WILD_TEXT, i)) {
        unit = MASKED;
        i += 2;
      }
      hash1 = Math.imul(hash1 ^ unit, factor1);
      hash2 = Math.imul(hash2 ^ unit, factor2);
    }
    return joinHash(hash1, hash2);
  }
}

/** True for a token's text that holds a wildcard and neither letter nor digit. */
export function isWild(text: string): boolean {
  return text.includes(WILD_TEXT) && !/[a-zA-Z0-9\x80-\xff]/.test(text);
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return end > start ? Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1') : '';
}
