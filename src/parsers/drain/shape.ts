import { BLANK, BYTE_CLASS, DIGIT, IS_HEX, IS_WORD, LETTER } from './byte-class.ts';
import { type HashKey, MASKED } from './hashing.ts';
import { blockId, hexId, type Mask, numberEnd, uuid } from './masks.ts';

// Held here because reads of an import are not folded into the loop.
const CLASSES = BYTE_CLASS;
const IN_WORD = IS_WORD;
const HEX = IS_HEX;
const endOfNumber = numberEnd;
const endOfUuid = uuid;
const endOfBlockId = blockId;
const endOfHexId = hexId;
const SPACE = 32;
const DASH = 45;
const UNDERSCORE = 95;

/**
 * A line's shape: its blank-separated tokens with variable stretches masked. `scan` hashes the tokens and, from them, the
 * line in one pass, and records where tokens begin and what is masked; no string is made. Lines with the same hashes read alike,
 * blanks included, but for what is masked. `KnownShapes` masks likewise.
 */
export class ShapeScanner {
  hash1 = 0;
  hash2 = 0;
  /** Whether the line scanned last holds a printed `<*>`, which counts as masked. */
  printed = false;
  /** Masked stretches of the line scanned last, in order. */
  masks = 0;
  maskStart = new Int32Array(256);
  maskEnd = new Int32Array(256);
  /** Tokens of the line scanned last; those beyond the bound are left out. */
  count = 0;
  readonly token1: Int32Array;
  readonly token2: Int32Array;
  /** Behind the last token's stands where the blanks behind it end. */
  readonly tokenStart: Int32Array;
  /** Filled by `locate`, as is `wild`. */
  readonly tokenEnd: Int32Array;
  /** 1 where a token is nothing but masked stretches and punctuation, so that no similarity lies in it. */
  readonly wild: Uint8Array;
  readonly key: HashKey;
  private readonly extra: readonly Mask[];

  constructor(key: HashKey, maxTokens: number, extra: readonly Mask[] = []) {
    this.key = key;
    this.extra = extra;
    this.token1 = new Int32Array(maxTokens);
    this.token2 = new Int32Array(maxTokens);
    this.tokenStart = new Int32Array(maxTokens + 1);
    this.tokenEnd = new Int32Array(maxTokens);
    this.wild = new Uint8Array(maxTokens);
  }

  /** bytes[start, end) neither begins nor ends with a blank. */
  scan(bytes: Uint8Array, start: number, end: number): void {
    const { factor1, factor2, seed1, seed2 } = this.key;
    const classes = CLASSES;
    const inWord = IN_WORD;
    const inHex = HEX;
    const extra = this.extra.length > 0;
    const { tokenStart, token1, token2 } = this;
    const most = token1.length;
    let { maskStart, maskEnd } = this;
    let line1 = seed2;
    let line2 = seed1;
    let hash1 = seed1;
    let hash2 = seed2;
    let masks = 0;
    let count = 0;
    let printed = false;
    let beyond = end;
    let from = start;
    let p = start;
    // At the top of the loop p stands at a word boundary: the byte before is neither letter nor digit. Words that begin with a
    // letter and with a digit have a loop each because branches are then predicted apart.
    while (p < end) {
      let byte = bytes[p] as number;
      const kind = classes[byte] as number;
      let masked = -1;
      if (extra && kind !== BLANK) masked = this.extraEnd(bytes, p, end);
      if (masked >= 0) {
        // counted below
      } else if (kind === LETTER) {
        if (byte === 98 && p + 4 < end && bytes[p + 3] === UNDERSCORE) masked = endOfBlockId(bytes, p, end);
        if (masked < 0 && p + 36 <= end && bytes[p + 8] === DASH) masked = endOfUuid(bytes, p, end);
        if (masked < 0 && p + 8 <= end && inHex[bytes[p + 7] as number] === 1) masked = endOfHexId(bytes, p, end);
        if (masked < 0) {
          do {
            hash1 = Math.imul(hash1 ^ byte, factor1);
            hash2 = Math.imul(hash2 ^ byte, factor2);
            if (++p >= end) break;
            byte = bytes[p] as number;
          } while (inWord[byte] === 1);
          continue;
        }
      } else if (kind === DIGIT) {
        if (p + 36 <= end && bytes[p + 8] === DASH) masked = endOfUuid(bytes, p, end);
        if (masked < 0) masked = endOfNumber(bytes, p, end);
        if (masked < 0 && p + 8 <= end && inHex[bytes[p + 7] as number] === 1) masked = endOfHexId(bytes, p, end);
        if (masked < 0) {
          do {
            hash1 = Math.imul(hash1 ^ byte, factor1);
            hash2 = Math.imul(hash2 ^ byte, factor2);
            if (++p >= end) break;
            byte = bytes[p] as number;
          } while (inWord[byte] === 1);
          continue;
        }
      } else if (kind === BLANK) {
        if (count < most) {
          tokenStart[count] = from;
          token1[count] = hash1;
          token2[count++] = hash2;
        } else if (from < beyond) {
          beyond = from;
        }
        line1 = Math.imul(line1 ^ hash1, factor1);
        line2 = Math.imul(line2 ^ hash2, factor2);
        hash1 = seed1;
        hash2 = seed2;
        p++;
        if (byte !== SPACE || (p < end && classes[bytes[p] as number] === BLANK)) {
          // Whatever blanks part them, tokens are the same; the line has another shape.
          while (true) {
            line1 = Math.imul(line1 ^ byte, factor1);
            line2 = Math.imul(line2 ^ byte, factor2);
            if (p >= end) break;
            byte = bytes[p] as number;
            if (classes[byte] !== BLANK) break;
            p++;
          }
        }
        from = p;
        continue;
      } else if (byte === 60 && p + 2 < end && bytes[p + 1] === 42 && bytes[p + 2] === 62) {
        // A printed `<*>` counts as masked, so that a template's text says what the template is.
        masked = p + 3;
        printed = true;
      } else {
        hash1 = Math.imul(hash1 ^ byte, factor1);
        hash2 = Math.imul(hash2 ^ byte, factor2);
        p++;
        continue;
      }
      if (masks === maskStart.length) {
        this.grow();
        ({ maskStart, maskEnd } = this);
      }
      maskStart[masks] = p;
      maskEnd[masks++] = masked;
      hash1 = Math.imul(hash1 ^ MASKED, factor1);
      hash2 = Math.imul(hash2 ^ MASKED, factor2);
      p = masked;
    }
    if (end > start) {
      if (count < most) {
        tokenStart[count] = from;
        token1[count] = hash1;
        token2[count++] = hash2;
      } else if (from < beyond) {
        beyond = from;
      }
    }
    tokenStart[count] = beyond;
    this.hash1 = Math.imul(line1 ^ hash1, factor1);
    this.hash2 = Math.imul(line2 ^ hash2, factor2);
    this.masks = masks;
    this.count = count;
    this.printed = printed;
  }

  /** Finds where the tokens scanned last end and which are wild. Returns the number of those. */
  locate(bytes: Uint8Array): number {
    const { count, tokenStart, tokenEnd, wild, masks, maskStart, maskEnd } = this;
    let mask = 0;
    let wilds = 0;
    for (let t = 0; t < count; t++) {
      let end = tokenStart[t + 1] as number;
      if (mask >= masks || (maskStart[mask] as number) >= end) {
        while (CLASSES[bytes[end - 1] as number] === BLANK) end--;
        tokenEnd[t] = end;
        wild[t] = 0;
        continue;
      }
      let wordless = true;
      let p = tokenStart[t] as number;
      for (; mask < masks && (maskStart[mask] as number) < end; mask++) {
        if (wordless) wordless = isWordless(bytes, p, maskStart[mask] as number);
        p = maskEnd[mask] as number;
      }
      while (end > p && CLASSES[bytes[end - 1] as number] === BLANK) end--;
      tokenEnd[t] = end;
      const isWild = wordless && isWordless(bytes, p, end);
      wild[t] = isWild ? 1 : 0;
      if (isWild) wilds++;
    }
    return wilds;
  }

  private extraEnd(bytes: Uint8Array, start: number, end: number): number {
    for (const mask of this.extra) {
      const masked = mask(bytes, start, end);
      if (masked > start) return masked;
    }
    return -1;
  }

  private grow(): void {
    this.maskStart = doubled(this.maskStart);
    this.maskEnd = doubled(this.maskEnd);
  }
}

function doubled(values: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(values.length * 2);
  grown.set(values);
  return grown;
}

function isWordless(bytes: Uint8Array, start: number, end: number): boolean {
  for (let p = start; p < end; p++) if (IN_WORD[bytes[p] as number] === 1) return false;
  return true;
}
