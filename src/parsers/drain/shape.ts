import { BLANK, BYTE_CLASS, DIGIT, LETTER } from './byte-class.ts';
import { type HashKey, MASKED } from './hashing.ts';
import { blockId, type Mask, numberEnd, uuid } from './masks.ts';

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
    const classes = BYTE_CLASS;
    const extra = this.extra.length > 0;
    let hash1 = this.key.seed1;
    let hash2 = this.key.seed2;
    let masks = 0;
    let p = start;
    // At the top of the loop p stands at a word boundary: the byte before is neither letter nor digit.
    while (p < end) {
      let byte = bytes[p] as number;
      const kind = classes[byte] as number;
      if (kind === BLANK) {
        do p++;
        while (p < end && classes[bytes[p] as number] === BLANK);
        hash1 = Math.imul(hash1 ^ 32, factor1);
        hash2 = Math.imul(hash2 ^ 32, factor2);
        continue;
      }
      let masked = -1;
      if (extra) masked = this.extraEnd(bytes, p, end);
      if (masked < 0) {
        if (kind === DIGIT) {
          masked = bytes[p + 8] === 45 ? uuid(bytes, p, end) : -1;
          if (masked < 0) masked = numberEnd(bytes, p, end);
        } else if (kind === LETTER) {
          if (byte === 98 && bytes[p + 3] === 95) masked = blockId(bytes, p, end);
          else if (bytes[p + 8] === 45) masked = uuid(bytes, p, end);
        } else if (byte === 60 && bytes[p + 1] === 42 && bytes[p + 2] === 62 && p + 2 < end) {
          // A printed `<*>` counts as masked, so that a template's text says what the template is.
          masked = p + 3;
        }
      }
      if (masked > 0) {
        if (masks === this.maskStart.length) this.grow();
        this.maskStart[masks] = p;
        this.maskEnd[masks++] = masked;
        hash1 = Math.imul(hash1 ^ MASKED, factor1);
        hash2 = Math.imul(hash2 ^ MASKED, factor2);
        p = masked;
        continue;
      }
      if (kind === 0) {
        hash1 = Math.imul(hash1 ^ byte, factor1);
        hash2 = Math.imul(hash2 ^ byte, factor2);
        p++;
        continue;
      }
      // Four bytes a round; no byte of a word is 0, so words of different length differ.
      let word = byte;
      let shift = 8;
      while (++p < end) {
        byte = bytes[p] as number;
        if (((classes[byte] as number) - 1) >>> 0 >= 2) break;
        if (shift === 32) {
          hash1 = Math.imul(hash1 ^ word, factor1);
          hash2 = Math.imul(hash2 ^ word, factor2);
          hash1 ^= hash1 >>> 15;
          hash2 ^= hash2 >>> 13;
          word = 0;
          shift = 0;
        }
        word |= byte << shift;
        shift += 8;
      }
      hash1 = Math.imul(hash1 ^ word, factor1);
      hash2 = Math.imul(hash2 ^ word, factor2);
      hash1 ^= hash1 >>> 15;
      hash2 ^= hash2 >>> 13;
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
