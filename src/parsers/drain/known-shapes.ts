import { BYTE_CLASS, DIGIT, IS_HEX, IS_WORD, LETTER } from './byte-class.ts';
import { blockId, hexId, numberEnd, uuid } from './masks.ts';
import type { ShapeScanner } from './shape.ts';

// Held here because reads of an import are not folded into the loops.
const CLASSES = BYTE_CLASS;
const IN_WORD = IS_WORD;
const HEX = IS_HEX;
const endOfNumber = numberEnd;
const endOfUuid = uuid;
const endOfBlockId = blockId;
const endOfHexId = hexId;
const DASH = 45;

const BUCKETS = 64;
const WAYS = 4;
/** Longer lines are scanned. */
const MOST_BYTES = 1024;
/** Credit that making a shape costs; a line compared in vain costs 1, one that has a known shape gives 1. */
const MADE = 4;
const [LEAST_CREDIT, MOST_CREDIT] = [256, 4096];

/** A shape as the text between its masked stretches. */
interface KnownShape {
  readonly hash1: number;
  readonly hash2: number;
  /** Of each stretch of text: number of bytes, of 32-bit words, the words, the bytes behind them. Between two stretches something is masked. */
  readonly program: Int32Array;
}

/**
 * Shapes met before, to compare lines with: where a line's text is that of a shape, word by word, it has its hashes, and need not be
 * scanned byte by byte. Only shapes are kept for which that is certain, whatever is masked. Where lines differ too much it stops by itself
 * until the next batch.
 */
export class KnownShapes {
  hash1 = 0;
  hash2 = 0;
  /** By the first four bytes of the text, in the last bucket those whose text begins with less. */
  private readonly shapes: (KnownShape | undefined)[] = new Array((BUCKETS + 1) * WAYS).fill(undefined);
  private credit = LEAST_CREDIT;
  private bytes: Uint8Array | undefined;
  private view: DataView = new DataView(new ArrayBuffer(0));

  beginBatch(): void {
    this.credit = Math.max(this.credit, LEAST_CREDIT);
  }

  /** Whether bytes[start, end) has a known shape; its masks are then those of `scanner`, as if it had scanned the line. */
  match(bytes: Uint8Array, start: number, end: number, scanner: ShapeScanner): boolean {
    if (this.credit <= 0 || end - start > MOST_BYTES || end - start < 4) return false;
    if (this.bytes !== bytes) {
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    const found = this.matchIn(this.bucketOf(this.view.getInt32(start, true)), bytes, start, end, scanner);
    if (found || this.matchIn(BUCKETS * WAYS, bytes, start, end, scanner)) {
      if (this.credit < MOST_CREDIT) this.credit++;
      return true;
    }
    this.credit--;
    return false;
  }

  /** Keeps the shape of the line that `scanner` scanned last, bytes[start, end). */
  add(bytes: Uint8Array, start: number, end: number, scanner: ShapeScanner): void {
    if (this.credit < MADE || end - start > MOST_BYTES || scanner.printed || bytes !== this.bytes) return;
    const { masks, maskStart, maskEnd, hash1, hash2 } = scanner;
    const { view } = this;
    const program: number[] = [];
    this.credit -= MADE;
    for (let mask = 0, at = start; mask <= masks; mask++) {
      const to = mask === masks ? end : (maskStart[mask] as number);
      if (!isCertain(bytes, at, to) || (mask < masks && joinsNumber(bytes, at, to))) return;
      const words = (to - at) >> 2;
      program.push(to - at, words);
      for (let word = 0; word < words; word++) program.push(view.getInt32(at + 4 * word, true));
      for (let p = at + 4 * words; p < to; p++) program.push(bytes[p] as number);
      at = mask === masks ? end : (maskEnd[mask] as number);
    }
    const first = (program[0] as number) >= 4 ? this.bucketOf(program[2] as number) : BUCKETS * WAYS;
    for (let way = first + WAYS - 1; way > first; way--) this.shapes[way] = this.shapes[way - 1];
    this.shapes[first] = { hash1, hash2, program: Int32Array.from(program) };
  }

  private bucketOf(word: number): number {
    return (Math.imul(word, 0x9e3779b1) >>> 26) * WAYS;
  }

  private matchIn(first: number, bytes: Uint8Array, start: number, end: number, scanner: ShapeScanner): boolean {
    const { shapes } = this;
    for (let way = first; way < first + WAYS; way++) {
      const shape = shapes[way];
      if (shape === undefined) return false;
      if (!this.reads(shape.program, bytes, start, end, scanner)) continue;
      this.hash1 = shape.hash1;
      this.hash2 = shape.hash2;
      if (way > first) {
        shapes[way] = shapes[way - 1];
        shapes[way - 1] = shape;
      }
      return true;
    }
    return false;
  }

  private reads(program: Int32Array, bytes: Uint8Array, start: number, end: number, scanner: ShapeScanner): boolean {
    const { view } = this;
    const { maskStart, maskEnd } = scanner;
    let masks = 0;
    let p = start;
    for (let at = 0; ; ) {
      const length = program[at++] as number;
      const words = program[at++] as number;
      const to = p + length;
      if (to > end) return false;
      for (const last = at + words; at < last; at++, p += 4) if (view.getInt32(p, true) !== program[at]) return false;
      for (; p < to; at++, p++) if (bytes[p] !== program[at]) return false;
      if (at === program.length) break;
      if (p >= end) return false;
      const kind = CLASSES[bytes[p] as number] as number;
      let masked = -1;
      if (kind === LETTER) masked = endOfBlockId(bytes, p, end);
      if (masked < 0 && (kind === LETTER || kind === DIGIT) && bytes[p + 8] === DASH) masked = endOfUuid(bytes, p, end);
      if (masked < 0 && kind === DIGIT) masked = endOfNumber(bytes, p, end);
      if (masked < 0 && p + 8 <= end && HEX[bytes[p + 7] as number] === 1) masked = endOfHexId(bytes, p, end);
      if (masked < 0) return false;
      maskStart[masks] = p;
      maskEnd[masks++] = masked;
      p = masked;
    }
    if (p !== end) return false;
    scanner.masks = masks;
    scanner.printed = false;
    return true;
  }
}

/** Whether a scan finds nothing masked in the text bytes[start, end), whatever stands behind it: no word of it may be the beginning of a UUID or of a block id. */
function isCertain(bytes: Uint8Array, start: number, end: number): boolean {
  for (let p = start; p < end; p++) {
    if (IN_WORD[bytes[p] as number] === 0 || (p > start && IN_WORD[bytes[p - 1] as number] === 1)) continue;
    if (bytes[p] === 98 && bytes[p + 1] === 108 && bytes[p + 2] === 107 && bytes[p + 3] === 95) return false;
    let hex = p;
    while (hex < end && hex < p + 8 && HEX[bytes[hex] as number] === 1) hex++;
    if (hex === p + 8 && bytes[hex] === DASH) return false;
  }
  return true;
}

/** Whether a number that follows the text bytes[start, end) might be one with the digits before it: `1:` before an id of digits and letters, `1:77`. */
function joinsNumber(bytes: Uint8Array, start: number, end: number): boolean {
  const mark = bytes[end - 1];
  return end - start >= 2 && (mark === 46 || mark === 58) && CLASSES[bytes[end - 2] as number] === DIGIT;
}
