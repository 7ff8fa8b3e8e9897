import type { ByteSink } from './byte-sink.ts';

/** Bits that whole numbers up to `most` (below 2^32) take. */
export function bitsOf(most: number): number {
  return 32 - Math.clz32(most);
}

/** A stretch of equal values this long is written as one. */
const LONG_RUN = 16;

/** The first `count` values, each of `width` bits (1 to 24), in Parquet's hybrid of runs and packed bits. */
export function writeHybrid(sink: ByteSink, values: ArrayLike<number>, count: number, width: number): void {
  for (let at = 0; at < count; ) {
    const run = runAt(values, at, count);
    if (run >= LONG_RUN || run === count) {
      writeRun(sink, values[at] as number, run, width);
      at += run;
      continue;
    }
    // Packed values come in eights; only the last eight of all may be filled up.
    let end = at + 8;
    while (end < count && runAt(values, end, Math.min(count, end + LONG_RUN)) < LONG_RUN) end += 8;
    sink.varint((((end - at) / 8) << 1) | 1);
    pack(sink, values, at, Math.min(end, count), end - at, width);
    at = end;
  }
}

export function writeRun(sink: ByteSink, value: number, count: number, width: number): void {
  sink.varint(count * 2);
  for (let shift = 0; shift < width; shift += 8) sink.byte((value >>> shift) & 255);
}

function runAt(values: ArrayLike<number>, at: number, most: number): number {
  const first = values[at];
  let end = at + 1;
  while (end < most && values[end] === first) end++;
  return end - at;
}

/** Bits of values[from, to), the lowest first, filled up with zeros to `padded` values. */
function pack(sink: ByteSink, values: ArrayLike<number>, from: number, to: number, padded: number, width: number): void {
  const bytes = sink.reserve(Math.ceil((padded * width) / 8) + 1);
  const begin = sink.at;
  let out = begin;
  let bits = 0;
  let have = 0;
  for (let i = from; i < to; i++) {
    bits |= (values[i] as number) << have;
    have += width;
    for (; have >= 8; have -= 8) {
      bytes[out++] = bits;
      bits >>>= 8;
    }
  }
  if (have > 0) bytes[out++] = bits;
  const end = begin + Math.ceil((padded * width) / 8);
  if (out < end) bytes.fill(0, out, end);
  sink.at = end;
}

const BLOCK = 128;
const MINIBLOCK = 32;
/** Differences beyond are not exact in what they are worked out with. */
const WIDEST = 2 ** 51;

/**
 * Whole numbers by their differences (DELTA_BINARY_PACKED). False, with nothing written, where they lie too far apart for it: 2^51 or,
 * within 128 of them, differences that are 2^32 apart.
 */
export function writeDeltas(sink: ByteSink, values: Float64Array | Int32Array, count: number): boolean {
  const begin = sink.at;
  sink.varint(BLOCK);
  sink.varint(BLOCK / MINIBLOCK);
  sink.varint(count);
  const first = count > 0 ? (values[0] as number) : 0;
  if (Math.abs(first) > WIDEST) return undone(sink, begin);
  sink.zigzag(first);
  const deltas = new Float64Array(BLOCK);
  const packed = new Uint32Array(MINIBLOCK * 2);
  for (let from = 1; from < count; from += BLOCK) {
    const size = Math.min(BLOCK, count - from);
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < size; i++) {
      const delta = (values[from + i] as number) - (values[from + i - 1] as number);
      deltas[i] = delta;
      if (delta < least) least = delta;
      if (delta > most) most = delta;
    }
    if (Math.abs(least) > WIDEST || most - least >= 2 ** 32) return undone(sink, begin);
    sink.zigzag(least);
    const widths = sink.reserve(BLOCK / MINIBLOCK);
    const at = sink.at;
    widths.fill(0, at, at + BLOCK / MINIBLOCK);
    sink.at += BLOCK / MINIBLOCK;
    for (let start = 0; start < size; start += MINIBLOCK) {
      const end = Math.min(size, start + MINIBLOCK);
      let widest = 0;
      for (let i = start; i < end; i++) widest = Math.max(widest, (deltas[i] as number) - least);
      const width = bitsOf(widest);
      // The buffer may be another one by now.
      sink.bytes[at + start / MINIBLOCK] = width;
      if (width > 0) writeMiniblock(sink, deltas, start, end, least, width, packed);
    }
  }
  return true;
}

/** Above 24 bits a value goes in two halves, as packing takes whole numbers of 31 bits. */
function writeMiniblock(
  sink: ByteSink,
  deltas: Float64Array,
  start: number,
  end: number,
  least: number,
  width: number,
  packed: Uint32Array,
): void {
  if (width <= 24) {
    for (let i = start; i < end; i++) packed[i - start] = (deltas[i] as number) - least;
    pack(sink, packed, 0, end - start, MINIBLOCK, width);
    return;
  }
  const bytes = sink.reserve((MINIBLOCK * width) / 8);
  const to = sink.at;
  bytes.fill(0, to, to + (MINIBLOCK * width) / 8);
  for (let i = start; i < end; i++) {
    let rest = (deltas[i] as number) - least;
    for (let bit = (i - start) * width; rest > 0; ) {
      const shift = bit & 7;
      const room = 8 - shift;
      const at = to + (bit >>> 3);
      bytes[at] = (bytes[at] as number) | ((rest % 2 ** room) << shift);
      rest = Math.floor(rest / 2 ** room);
      bit += room;
    }
  }
  sink.at += (MINIBLOCK * width) / 8;
}

function undone(sink: ByteSink, begin: number): boolean {
  sink.at = begin;
  return false;
}
