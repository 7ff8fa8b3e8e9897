import { Ascending } from './ascending.ts';
import type { Neighbour } from './count-neighbours.ts';
import { CountIndex, countRow, keyOf } from './counted-row.ts';
import { UNKNOWN } from './vocabulary.ts';

const ONE = () => 1;

/**
 * Normalised indel distance (insertions + deletions over the summed lengths, 0..1) of a row's first `events` events to the
 * nearest of at most `maxReferences` distinct normal rows. Order matters here, where counts are blind to it.
 */
export class IndelNeighbours {
  readonly events: number;
  readonly maxReferences: number;
  readonly references: Int32Array[] = [];
  readonly #index = new CountIndex();
  readonly #known = new Set<string>();

  constructor(events: number, maxReferences: number) {
    this.events = events;
    this.maxReferences = maxReferences;
  }

  add(row: Int32Array): boolean {
    if (this.references.length >= this.maxReferences) return false;
    const head = row.slice(0, this.events);
    const key = keyOf(head);
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    this.references.push(head);
    this.#index.add(countRow(head));
    return true;
  }

  nearest(row: Int32Array): Neighbour {
    const query = row.subarray(0, this.events);
    if (this.references.length === 0) return { index: -1, distance: 1 };
    // the counts in common bound the common subsequence from above: references are tried nearest bound first
    const overlap = this.#index.overlap(countRow(query), ONE);
    const bound = new Float64Array(overlap.length);
    for (let i = 0; i < overlap.length; i++) {
      const sum = query.length + (this.references[i] as Int32Array).length;
      bound[i] = sum === 0 ? 0 : (sum - 2 * (overlap[i] as number)) / sum;
    }
    const order = new Ascending(bound);
    const lcs = new CommonSubsequence(query);
    let index = -1;
    let best = Number.POSITIVE_INFINITY;
    for (let i = order.next(); i >= 0 && (bound[i] as number) < best; i = order.next()) {
      const reference = this.references[i] as Int32Array;
      const sum = query.length + reference.length;
      const distance = sum === 0 ? 0 : (sum - 2 * lcs.with(reference)) / sum;
      if (distance < best) {
        best = distance;
        index = i;
      }
    }
    return { index, distance: best };
  }
}

/** Length of the longest common subsequence with a fixed pattern, 32 pattern positions a machine word (Hyyro 2004). */
export class CommonSubsequence {
  readonly #length: number;
  readonly #words: number;
  readonly #masks = new Map<number, Int32Array>();

  constructor(pattern: Int32Array) {
    this.#length = pattern.length;
    this.#words = Math.ceil(pattern.length / 32);
    for (let i = 0; i < pattern.length; i++) {
      const symbol = pattern[i] as number;
      if (symbol === UNKNOWN) continue;
      let mask = this.#masks.get(symbol);
      if (mask === undefined) {
        mask = new Int32Array(this.#words);
        this.#masks.set(symbol, mask);
      }
      mask[i >>> 5] = (mask[i >>> 5] as number) | (1 << (i & 31));
    }
  }

  with(text: Int32Array): number {
    const words = this.#words;
    const v = new Int32Array(words).fill(-1);
    for (let i = 0; i < text.length; i++) {
      const mask = this.#masks.get(text[i] as number);
      if (mask === undefined) continue;
      let carry = 0;
      for (let w = 0; w < words; w++) {
        const bits = v[w] as number;
        const m = mask[w] as number;
        const sum = (bits >>> 0) + ((bits & m) >>> 0) + carry;
        carry = sum > 0xffffffff ? 1 : 0;
        v[w] = sum | 0 | (bits & ~m);
      }
    }
    let common = 0;
    for (let w = 0; w < words; w++) {
      const used = w === words - 1 && (this.#length & 31) !== 0 ? (1 << (this.#length & 31)) - 1 : -1;
      common += popcount(~(v[w] as number) & used);
    }
    return common;
  }
}

function popcount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
