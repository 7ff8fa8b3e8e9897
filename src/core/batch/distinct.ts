import type { SequenceBatch } from './features.ts';

/** Which rows of a batch are the same, event by event. Two numbers may stand for the same sequence, where many share a hash. */
export interface DistinctSequences {
  /** By row: number of its sequence; numbers go by first occurrence. */
  readonly ids: Int32Array;
  /** By number: the first row that has it. */
  readonly rows: Int32Array;
}

const EMPTY = -1;
/** Places looked at for one row: whoever makes sequences collide gains no more than this. */
const MOST_PROBES = 64;

/** Numbers the distinct sequences of codes among rows [from, to); numbers belong to this call alone. */
export function distinctSequences(
  { codes, offsets }: Pick<SequenceBatch, 'codes' | 'offsets'>,
  from: number,
  to: number,
): DistinctSequences {
  const ids = new Int32Array(to - from);
  const rows = new Int32Array(to - from);
  const hashes = new Int32Array(to - from);
  let table = new Int32Array(1024).fill(EMPTY);
  let count = 0;
  for (let row = from; row < to; row++) {
    const start = offsets[row] as number;
    const end = offsets[row + 1] as number;
    const hash = hashOf(codes, start, end);
    const mask = table.length - 1;
    let place = (hash ^ (hash >>> 16)) & mask;
    let id = table[place] as number;
    for (let probes = 0; id !== EMPTY && probes < MOST_PROBES; probes++) {
      if (hashes[id] === hash && isSame(codes, offsets, rows[id] as number, start, end)) break;
      place = (place + 1) & mask;
      id = probes === MOST_PROBES - 1 ? EMPTY : (table[place] as number);
    }
    if (id === EMPTY) {
      id = count++;
      rows[id] = row;
      hashes[id] = hash;
      if (table[place] === EMPTY) table[place] = id;
      if (count * 2 > table.length) table = wider(table, hashes);
    }
    ids[row - from] = id;
  }
  return { ids, rows: rows.slice(0, count) };
}

function hashOf(codes: Int32Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (codes[i] as number), 0x9e3779b1) ^ (hash >>> 15);
  return hash;
}

function isSame(codes: Int32Array, offsets: Int32Array, row: number, start: number, end: number): boolean {
  const from = offsets[row] as number;
  if ((offsets[row + 1] as number) - from !== end - start) return false;
  for (let a = from, b = start; b < end; a++, b++) if (codes[a] !== codes[b]) return false;
  return true;
}

function wider(table: Int32Array, hashes: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(table.length * 4).fill(EMPTY);
  const mask = larger.length - 1;
  for (const id of table) {
    if (id === EMPTY) continue;
    const hash = hashes[id] as number;
    let place = (hash ^ (hash >>> 16)) & mask;
    while (larger[place] !== EMPTY) place = (place + 1) & mask;
    larger[place] = id;
  }
  return larger;
}
