import type { SequenceBatch } from '../../core/index.ts';

/** Symbols every model has; known events follow from `FIRST_EVENT`. */
export const UNKNOWN = 0;
export const BEGIN = 1;
export const END = 2;
export const FIRST_EVENT = 3;

/** Characters kept of an event's text. */
const LONGEST_TEXT = 300;

/** Rows as model symbols: row i is symbols[offsets[i], offsets[i + 1]). */
export interface EncodedRows {
  readonly symbols: Int32Array;
  readonly offsets: Int32Array;
}

/** Stable event ids in order of first appearance; what is not known, or came after `limit`, is UNKNOWN. */
export class Vocabulary {
  readonly ids: string[] = [];
  /** Readable text of each event as it was when first met, '' where none was given. */
  readonly texts: string[] = [];
  readonly limit: number;
  readonly #symbol = new Map<string, number>();

  constructor(limit: number, ids: readonly string[] = [], texts: readonly string[] = []) {
    this.limit = limit;
    for (const [i, id] of ids.entries()) this.#add(id, texts[i]);
  }

  get size(): number {
    return this.ids.length + FIRST_EVENT;
  }

  symbolOf(id: string): number {
    return this.#symbol.get(id) ?? UNKNOWN;
  }

  /** `grow` adds the events of the rows [from, to); a batch's dictionary entries no row uses are never looked at. */
  encode(batch: SequenceBatch, from: number, to: number, grow: boolean): EncodedRows {
    const first = batch.offsets[from] as number;
    const symbols = new Int32Array((batch.offsets[to] as number) - first);
    const known = new Int32Array(batch.vocabulary.length).fill(-1);
    for (let i = 0; i < symbols.length; i++) {
      const code = batch.codes[first + i] as number;
      let symbol = known[code] ?? UNKNOWN;
      if (symbol < 0) {
        const id = batch.vocabulary[code] as string;
        symbol = this.symbolOf(id);
        if (symbol === UNKNOWN && grow) symbol = this.#add(id, batch.eventText?.[code]);
        known[code] = symbol;
      }
      symbols[i] = symbol;
    }
    const offsets = new Int32Array(to - from + 1);
    for (let i = 0; i < offsets.length; i++) offsets[i] = (batch.offsets[from + i] as number) - first;
    return { symbols, offsets };
  }

  encodeIds(ids: readonly string[]): Int32Array {
    return Int32Array.from(ids, (id) => this.symbolOf(id));
  }

  grow(ids: readonly string[]): Int32Array {
    return Int32Array.from(ids, (id) => this.symbolOf(id) || this.#add(id));
  }

  #add(id: string, text = ''): number {
    if (this.ids.length >= this.limit) return UNKNOWN;
    const symbol = this.size;
    this.ids.push(id);
    this.texts.push(text.slice(0, LONGEST_TEXT));
    this.#symbol.set(id, symbol);
    return symbol;
  }
}

export function rowOf(rows: EncodedRows, row: number): Int32Array {
  return rows.symbols.subarray(rows.offsets[row] as number, rows.offsets[row + 1] as number);
}
