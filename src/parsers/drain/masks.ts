import { BYTE_CLASS, DIGIT, IS_HEX, IS_WORD, LETTER } from './byte-class.ts';

// Held here because reads of an import are not folded into the loops.
const CLASSES = BYTE_CLASS;
const HEX = IS_HEX;
const IN_WORD = IS_WORD;

/**
 * Matches at a word boundary and returns the end of the masked stretch, or -1. `start` holds the first byte of a word (the
 * byte before is neither letter nor digit).
 */
export type Mask = (bytes: Uint8Array, start: number, end: number) => number;

/**
 * End of a number at `start` (a digit): digits, also joined by `.` or `:` (decimals, IPv4 with port, times), or `0x` and hex
 * digits. -1 when letters follow directly, so that `12ab` stays a word.
 */
export function numberEnd(bytes: Uint8Array, start: number, end: number): number {
  let p = start + 1;
  let byte = p < end ? (bytes[p] as number) : 32;
  if (byte === 120 && bytes[start] === 48) {
    p++;
    while (p < end && HEX[bytes[p] as number] === 1) p++;
    return p > start + 2 && (p >= end || CLASSES[bytes[p] as number] !== LETTER) ? p : -1;
  }
  for (;;) {
    if (byte >= 48 && byte <= 57) {
      p++;
    } else if ((byte === 46 || byte === 58) && p + 1 < end && CLASSES[bytes[p + 1] as number] === DIGIT) {
      p += 2;
    } else {
      return CLASSES[byte] === LETTER ? -1 : p;
    }
    byte = p < end ? (bytes[p] as number) : 32;
  }
}

/** `blk_-?` and digits: block ids of HDFS. */
export const blockId: Mask = (bytes, start, end) => {
  if (bytes[start] !== 98 || bytes[start + 1] !== 108 || bytes[start + 2] !== 107 || bytes[start + 3] !== 95) return -1;
  let p = start + 4;
  if (bytes[p] === 45) p++;
  const digits = p;
  while (p < end && CLASSES[bytes[p] as number] === DIGIT) p++;
  return p > digits ? p : -1;
};

/** 8-4-4-4-12 hex digits. */
export const uuid: Mask = (bytes, start, end) => {
  if (start + 36 > end || bytes[start + 8] !== 45 || bytes[start + 13] !== 45 || bytes[start + 18] !== 45 || bytes[start + 23] !== 45)
    return -1;
  for (let i = 0; i < 36; i++) {
    if (i === 8 || i === 13 || i === 18 || i === 23) continue;
    if (HEX[bytes[start + i] as number] === 0) return -1;
  }
  const behind = start + 36 < end ? (CLASSES[bytes[start + 36] as number] as number) : 0;
  return behind === LETTER || behind === DIGIT ? -1 : start + 36;
};

/** Hex digits from which on a word of nothing else is an id: no English word is that long. */
const LEAST_HEX = 8;

/** A word that is an id and says nothing: at least 8 hex digits of one case, as of requests, queues, hashes, parts of UUIDs. */
export const hexId: Mask = (bytes, start, end) => {
  let p = start;
  let [upper, lower] = [0, 0];
  while (p < end && HEX[bytes[p] as number] === 1) {
    const byte = bytes[p++] as number;
    if (byte >= 97) lower = 1;
    else if (byte >= 65) upper = 1;
  }
  return p - start >= LEAST_HEX && (p >= end || IN_WORD[bytes[p] as number] === 0) && upper + lower === 1 ? p : -1;
};
