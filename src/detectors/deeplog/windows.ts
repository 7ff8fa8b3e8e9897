import { BEGIN, END, type EncodedRows } from '../sequence/vocabulary.ts';

/** Code of a step before the beginning of a sequence. */
export const PADDING = -1;

/**
 * Predictions asked of rows: at each event, and at the end with `endToken`, the next symbol given the `history` before it.
 * Equal histories are kept once. History i is symbols[i * history, (i + 1) * history), padded on the left.
 */
export interface Windows {
  readonly history: number;
  readonly distinct: number;
  readonly symbols: Int32Array;
  /** Per position: index of its history, and the symbol that came. */
  readonly of: Int32Array;
  readonly next: Int32Array;
  /** Row i owns positions offsets[i] .. offsets[i + 1]; its last one is the end, with `endToken`. */
  readonly offsets: Int32Array;
}

export function windowsOf(rows: EncodedRows, history: number, endToken: boolean): Windows {
  const count = rows.offsets.length - 1;
  const positions = rows.symbols.length + (endToken ? count : 0);
  const of = new Int32Array(positions);
  const next = new Int32Array(positions);
  const offsets = new Int32Array(count + 1);
  const index = new HistoryIndex(history);
  const padded = new Int32Array(history);
  let at = 0;
  for (let row = 0; row < count; row++) {
    const from = rows.offsets[row] as number;
    const to = rows.offsets[row + 1] as number;
    padded.fill(PADDING);
    padded[history - 1] = BEGIN;
    for (let i = from; i < to; i++) {
      const symbol = rows.symbols[i] as number;
      of[at] = index.add(padded);
      next[at++] = symbol;
      padded.copyWithin(0, 1);
      padded[history - 1] = symbol;
    }
    if (endToken) {
      of[at] = index.add(padded);
      next[at++] = END;
    }
    offsets[row + 1] = at;
  }
  return { history, distinct: index.size, symbols: index.symbols.slice(0, index.size * history), of, next, offsets };
}

/** Distinct histories by content: hashed, compared symbol by symbol. */
class HistoryIndex {
  symbols: Int32Array;
  size = 0;
  private readonly history: number;
  private slots = new Int32Array(1024).fill(-1);

  constructor(history: number) {
    this.history = history;
    this.symbols = new Int32Array(512 * history);
  }

  add(window: Int32Array): number {
    if (this.size * 2 >= this.slots.length) this.widen();
    let slot = hashOf(window, 0, this.history) & (this.slots.length - 1);
    for (let known = this.slots[slot] as number; known >= 0; known = this.slots[slot] as number) {
      if (this.same(known * this.history, window)) return known;
      slot = (slot + 1) & (this.slots.length - 1);
    }
    this.slots[slot] = this.size;
    this.symbols.set(window, this.size * this.history);
    return this.size++;
  }

  private same(at: number, window: Int32Array): boolean {
    for (let i = this.history - 1; i >= 0; i--) if (this.symbols[at + i] !== window[i]) return false;
    return true;
  }

  private widen(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(-1);
    const symbols = new Int32Array(slots.length * this.history);
    symbols.set(this.symbols.subarray(0, this.size * this.history));
    for (let i = 0; i < this.size; i++) {
      let slot = hashOf(symbols, i * this.history, this.history) & (slots.length - 1);
      while ((slots[slot] as number) >= 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = i;
    }
    this.slots = slots;
    this.symbols = symbols;
  }
}

function hashOf(symbols: Int32Array, at: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = at; i < at + length; i++) hash = Math.imul(hash ^ (symbols[i] as number), 0x01000193) ^ (hash >>> 15);
  return (hash ^ (hash >>> 13)) >>> 0;
}
