import { addressText } from '../../../core/index.ts';
import { ABSENT, type Vector } from '../expression/vector.ts';

/** The key of each slot, for people: numbers and addresses in typed arrays, texts as they are. */
export class KeyValues {
  readonly #types: readonly Vector['type'][];
  readonly #columns: (Float64Array | Int32Array | string[])[];

  constructor(types: readonly Vector['type'][]) {
    this.#types = types;
    this.#columns = types.map((type) => (type === 'text' ? [] : type === 'address' ? new Int32Array(0) : new Float64Array(0)));
  }

  grow(capacity: number): void {
    for (const [i, column] of this.#columns.entries()) {
      if (Array.isArray(column)) continue;
      const wider = column instanceof Int32Array ? new Int32Array(capacity * 4) : new Float64Array(capacity);
      wider.set(column);
      this.#columns[i] = wider;
    }
  }

  take(slot: number, vectors: readonly Vector[], row: number): void {
    for (const [i, vector] of vectors.entries()) {
      const column = this.#columns[i];
      if (vector.type === 'text') (column as string[])[slot] = vector.values[vector.codes[row] as number] as string;
      else if (vector.type === 'address') (column as Int32Array).set(vector.words.subarray(row * 4, row * 4 + 4), slot * 4);
      else (column as Float64Array)[slot] = vector.values[row] as number;
    }
  }

  copy(slot: number, from: number): void {
    for (const column of this.#columns) {
      if (Array.isArray(column)) column[slot] = column[from] as string;
      else if (column instanceof Int32Array) column.copyWithin(slot * 4, from * 4, from * 4 + 4);
      else column[slot] = column[from] as number;
    }
  }

  texts(slot: number): string[] {
    return this.#columns.map((column, i) => {
      if (Array.isArray(column)) return column[slot] as string;
      if (column instanceof Int32Array) return addressText(column, slot * 4);
      const value = column[slot] as number;
      return this.#types[i] === 'boolean' ? (value === ABSENT ? '' : String(value === 1)) : String(value);
    });
  }

  /** Plain JSON, for snapshots. */
  save(slot: number): (string | number | number[])[] {
    return this.#columns.map((column) =>
      column instanceof Int32Array ? Array.from(column.subarray(slot * 4, slot * 4 + 4)) : (column[slot] as string | number),
    );
  }

  load(slot: number, values: readonly (string | number | readonly number[])[]): void {
    for (const [i, column] of this.#columns.entries()) {
      const value = values[i];
      if (column instanceof Int32Array) column.set(value as number[], slot * 4);
      else (column as (string | number)[])[slot] = value as string | number;
    }
  }
}
