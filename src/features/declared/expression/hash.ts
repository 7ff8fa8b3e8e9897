import { absent } from './evaluate.ts';
import { ABSENT, type Vector } from './vector.ts';

/** 64-bit hashes of the values of a vector; `present` is 0 where there is none. */
export interface HashedVector {
  readonly high: Int32Array;
  readonly low: Int32Array;
  readonly present: Uint8Array;
}

/** Equal values have equal hashes in every batch. The seed keeps senders of events from choosing collisions. */
export function hashVector(vector: Vector, rows: number, seed: number): HashedVector {
  const high = new Int32Array(rows);
  const low = new Int32Array(rows);
  const present = new Uint8Array(rows);
  if (vector.type === 'text') {
    const prints = vector.values.map((text) => (text === undefined ? undefined : textHash(text, seed)));
    for (let row = 0; row < rows; row++) {
      const print = prints[vector.codes[row] as number];
      if (print === undefined) continue;
      [high[row], low[row], present[row]] = [print[0], print[1], 1];
    }
    return { high, low, present };
  }
  const words = wordsOf(vector, rows);
  const width = rows === 0 ? 0 : words.length / rows;
  const isAbsent = absent(vector);
  for (let row = 0; row < rows; row++) {
    if (isAbsent(row) === 1) continue;
    present[row] = 1;
    let a = seed ^ 0x9e3779b9;
    let b = seed ^ 0x41c6ce57;
    for (let i = row * width; i < (row + 1) * width; i++) {
      a = Math.imul(a ^ (words[i] as number), 0x85ebca6b);
      a ^= a >>> 15;
      b = Math.imul(b ^ (words[i] as number), 0x5f356495);
      b ^= b >>> 13;
    }
    high[row] = finish(a ^ (b >>> 7), 0xc2b2ae35);
    low[row] = finish(b ^ (a >>> 11), 0x27d4eb2f);
  }
  return { high, low, present };
}

function wordsOf(vector: Exclude<Vector, { type: 'text' }>, rows: number): Int32Array {
  if (vector.type === 'address') return vector.words;
  if (vector.type === 'boolean') return Int32Array.from(vector.values, (value) => (value === ABSENT ? -1 : value));
  // Adding 0 makes -0 and 0 one value.
  const values = vector.values.subarray(0, rows).map((value) => value + 0);
  return new Int32Array(values.buffer, values.byteOffset, rows * 2);
}

/** Two 32-bit hashes over UTF-16 units, after cyrb53 (bryc, public domain). */
function textHash(text: string, seed: number): [number, number] {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
  }
  return [finish(a ^ Math.imul(b ^ (b >>> 15), 0x85ebca6b), 0xc2b2ae35), finish(b ^ Math.imul(a ^ (a >>> 13), 0x735a2d97), 0x27d4eb2f)];
}

export function finish(value: number, factor: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), factor);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0x85ebca6b);
  return mixed ^ (mixed >>> 16);
}
