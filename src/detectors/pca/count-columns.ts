import { type SequenceBatch, sequenceAt } from '../../core/index.ts';

/** Column of events that have none of their own. */
export const OTHER = 0;

/** Event ids with a column of the count matrix; ids[c] is that of column c + 1. */
export class CountColumns {
  readonly ids: string[];
  readonly #column: Map<string, number>;

  constructor(ids: readonly string[]) {
    this.ids = [...ids];
    this.#column = new Map(ids.map((id, index) => [id, index + 1]));
  }

  /** The events of the most rows, ties by id; what is in no row is not looked at. */
  static mostFrequent(batch: SequenceBatch, limit: number): CountColumns {
    const rows = new Float64Array(batch.vocabulary.length);
    const last = new Int32Array(batch.vocabulary.length).fill(-1);
    for (let row = 0; row < batch.rows; row++) {
      for (const code of sequenceAt(batch, row)) {
        if (last[code] === row) continue;
        last[code] = row;
        rows[code] = (rows[code] as number) + 1;
      }
    }
    const seen = [...rows.keys()].filter((code) => (rows[code] as number) > 0);
    const id = (code: number) => batch.vocabulary[code] as string;
    seen.sort((a, b) => (rows[b] as number) - (rows[a] as number) || (id(a) < id(b) ? -1 : 1));
    return new CountColumns(seen.slice(0, limit).map(id));
  }

  get size(): number {
    return this.ids.length + 1;
  }

  /** Adds events of the batch while there is room, in order of appearance. */
  grow(batch: SequenceBatch, limit: number): void {
    for (const code of batch.codes) {
      const id = batch.vocabulary[code] as string;
      if (this.ids.length >= limit) return;
      if (this.#column.has(id)) continue;
      this.ids.push(id);
      this.#column.set(id, this.ids.length);
    }
  }

  /** Column of each dictionary entry that a row uses, worked out when first met. */
  of(batch: SequenceBatch): (code: number) => number {
    const known = new Int32Array(batch.vocabulary.length).fill(-1);
    return (code) => {
      const column = known[code] as number;
      if (column >= 0) return column;
      const found = this.#column.get(batch.vocabulary[code] as string) ?? OTHER;
      known[code] = found;
      return found;
    };
  }

  /** Occurrences by column; `into` is overwritten. */
  count(batch: SequenceBatch, row: number, column: (code: number) => number, into: Float64Array): void {
    into.fill(0);
    for (const code of sequenceAt(batch, row)) {
      const at = column(code);
      into[at] = (into[at] as number) + 1;
    }
  }

  countIds(counts: readonly (readonly [string, number])[]): Float64Array {
    const out = new Float64Array(this.size);
    for (const [id, count] of counts) {
      const at = this.#column.get(id) ?? OTHER;
      out[at] = (out[at] as number) + count;
    }
    return out;
  }
}
