import type { ByteSink } from './byte-sink.ts';

const HASH_BITS = 16;
/** Near the end nothing is looked for: four bytes are read at once. */
const MARGIN = 15;
/** Below this a copy can say its distance in two bytes. */
const FAR = 65_536;
/** A copy from far away takes five bytes, so that a shorter one is not worth it. */
const FAR_LENGTH = 8;
const LITERAL = 0;
const COPY_1 = 1;
const COPY_2 = 2;
const COPY_4 = 3;

/**
 * Compresses in Snappy's raw format (snappy/format_description.txt). Matches are looked for in everything that came before, not in
 * the last 64 KiB alone: the identifiers of a log come again thousands of lines later. Same bytes in, same bytes out.
 */
export class SnappyCompressor {
  private readonly table = new Int32Array(1 << HASH_BITS);

  /** Appends the compressed form of the first `length` bytes of `from`. */
  compress(from: Uint8Array, length: number, sink: ByteSink): void {
    const { table } = this;
    table.fill(0);
    const out = sink.reserve(32 + length + Math.floor(length / 6));
    sink.varint(length);
    let to = sink.at;
    let literal = 0;
    let at = 1;
    let misses = 32;
    const limit = length - MARGIN;
    let word = limit > 1 ? wordAt(from, 1) : 0;
    while (at < limit) {
      const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS);
      const before = table[slot] as number;
      table[slot] = at;
      if (before < at && word === wordAt(from, before)) {
        let end = at + 4;
        for (let same = before + 4; end < length && from[end] === from[same]; same++) end++;
        const distance = at - before;
        if (distance < FAR || end - at >= FAR_LENGTH) {
          if (literal < at) to = writeLiteral(from, literal, at, out, to);
          to = distance < FAR ? writeNear(distance, end - at, out, to) : writeFar(distance, end - at, out, to);
          at = literal = end;
          misses = 32;
          if (at >= limit) break;
          table[Math.imul(wordAt(from, at - 2), 0x1e35a7bd) >>> (32 - HASH_BITS)] = at - 2;
          word = wordAt(from, at);
          continue;
        }
      }
      // What finds no match for long is passed over in ever larger steps.
      const step = misses++ >>> 5;
      at += step;
      word = step === 1 ? (word >>> 8) | ((from[at + 3] as number) << 24) : wordAt(from, at);
    }
    if (literal < length) to = writeLiteral(from, literal, length, out, to);
    sink.at = to;
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
}

function writeLiteral(from: Uint8Array, start: number, end: number, out: Uint8Array, begin: number): number {
  let to = begin;
  const size = end - start;
  const least = size - 1;
  if (least < 60) out[to++] = (least << 2) | LITERAL;
  else {
    const width = least < 0x100 ? 1 : least < 0x10000 ? 2 : least < 0x1000000 ? 3 : 4;
    out[to++] = ((59 + width) << 2) | LITERAL;
    for (let i = 0; i < width; i++) out[to++] = least >>> (8 * i);
  }
  if (size > 32) out.set(from.subarray(start, end), to);
  else for (let i = 0; i < size; i++) out[to + i] = from[start + i] as number;
  return to + size;
}

/** A match of four bytes or more: no rest of fewer than four is left for the shortest form. */
function writeNear(distance: number, length: number, out: Uint8Array, begin: number): number {
  let to = begin;
  let rest = length;
  while (rest > 64) {
    const part = rest >= 68 ? 64 : 60;
    out[to++] = ((part - 1) << 2) | COPY_2;
    out[to++] = distance;
    out[to++] = distance >>> 8;
    rest -= part;
  }
  if (rest < 12 && distance < 2048) {
    out[to++] = ((distance >>> 8) << 5) | ((rest - 4) << 2) | COPY_1;
    out[to++] = distance;
  } else {
    out[to++] = ((rest - 1) << 2) | COPY_2;
    out[to++] = distance;
    out[to++] = distance >>> 8;
  }
  return to;
}

function writeFar(distance: number, length: number, out: Uint8Array, begin: number): number {
  let to = begin;
  for (let rest = length; rest > 0; rest -= 64) {
    out[to++] = ((Math.min(64, rest) - 1) << 2) | COPY_4;
    for (let shift = 0; shift < 32; shift += 8) out[to++] = distance >>> shift;
  }
  return to;
}
