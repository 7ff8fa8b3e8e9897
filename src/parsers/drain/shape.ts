import { SPACE } from '../bytes/ascii.ts';
import { BLANK, BYTE_CLASS, DIGIT, IS_WORD, LETTER } from './byte-class.ts';
import { type HashKey, MASKED } from './hashing.ts';
import { blockId, type Mask, numberEnd, uuid } from './masks.ts';

// Held here because reads of an import are not folded into the loop.
const CLASSES = BYTE_CLASS;
const IN_WORD = IS_WORD;
const endOfNumber = numberEnd;
const endOfUuid = uuid;
const endOfBlockId = blockId;
const DASH = 45;
const UNDERSCORE = 95;

/**
 * A line's shape: its bytes with variable stretches masked and runs of blanks made one. `scan` hashes it and records the
 * masked stretches; no string is made.
 */
export class ShapeScanner {
  hash1 = 0;
  hash2 = 0;
  /** Masked stretches of the line scanned last, in order. */
  masks = 0;
  maskStart = new Int32Array(256);
  maskEnd = new Int32Array(256);
  private readonly key: HashKey;
  private readonly extra: readonly Mask[];

  constructor(key: HashKey, extra: readonly Mask[] = []) {
    this.key = key;
    this.extra = extra;
  }

  /** bytes[start, end) neither begins nor ends with a blank. */
  scan(bytes: Uint8Array, start: number, end: number): void {
    const { factor1, factor2 } = this.key;
    const classes = CLASSES;
    const inWord = IN_WORD;
    const extra = this.extra.length > 0;
    let { maskStart, maskEnd } = this;
    let hash1 = this.key.seed1;
    let hash2 = this.key.seed2;
    let masks = 0;
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
        do p++;
        while (p < end && classes[bytes[p] as number] === BLANK);
        hash1 = Math.imul(hash1 ^ SPACE, factor1);
        hash2 = Math.imul(hash2 ^ SPACE, factor2);
        continue;
      } else if (byte === 60 && p + 2 < end && bytes[p + 1] === 42 && bytes[p + 2] === 62) {
        // A printed `<*>` counts as masked, so that a template's text says what the template is.
        masked = p + 3;
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
    this.hash1 = hash1;
    this.hash2 = hash2;
    this.masks = masks;
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
