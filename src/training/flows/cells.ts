/** Most distinct texts a column keeps; further ones count as one. */
const MOST_TEXTS = 65_536;
const OTHER = '(other)';

/** Cells of one column while reading: numbers, and texts by code where a cell is none. */
export class ColumnCells {
  #numbers = new Float64Array(1024);
  #codes: Int32Array | undefined;
  readonly #texts: string[] = [];
  readonly #index = new Map<string, number>();
  #length = 0;

  push(row: number, cell: string): void {
    this.#reserve(row);
    const number = numberOf(cell);
    if (number === undefined) this.#text(row, cell);
    else this.#numbers[row] = number;
  }

  get isText(): boolean {
    return this.#codes !== undefined;
  }

  numbers(rows: number): Float64Array {
    if (rows > 0) this.#reserve(rows - 1);
    return this.#numbers.slice(0, rows);
  }

  /** As text; numbers in their shortest form, absent as ''. */
  texts(rows: number): string[] {
    const numbers = this.numbers(rows);
    return Array.from(numbers, (value, row) => {
      const code = this.#codes?.[row] ?? -1;
      if (code >= 0) return this.#texts[code] as string;
      return Number.isNaN(value) ? '' : String(value);
    });
  }

  #text(row: number, cell: string): void {
    this.#codes ??= new Int32Array(this.#numbers.length).fill(-1);
    const text = cell.trim();
    let code = this.#index.get(text);
    if (code === undefined) {
      const kept = this.#texts.length < MOST_TEXTS ? text : OTHER;
      code = this.#index.get(kept) ?? this.#texts.push(kept) - 1;
      this.#index.set(kept, code);
    }
    this.#codes[row] = code;
    this.#numbers[row] = Number.NaN;
  }

  /** Room for `row`; rows passed over are absent. */
  #reserve(row: number): void {
    if (row >= this.#numbers.length) {
      const size = Math.max(row + 1, this.#numbers.length * 2);
      const grown = new Float64Array(size);
      grown.set(this.#numbers.subarray(0, this.#length));
      this.#numbers = grown;
      if (this.#codes !== undefined) {
        const codes = new Int32Array(size).fill(-1);
        codes.set(this.#codes);
        this.#codes = codes;
      }
    }
    if (row >= this.#length) {
      this.#numbers.fill(Number.NaN, this.#length, row + 1);
      this.#length = row + 1;
    }
  }
}

const SPECIAL: Readonly<Record<string, number>> = {
  '': Number.NaN,
  nan: Number.NaN,
  null: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
};

/** The number a cell holds, NaN for an empty one; undefined for text. */
export function numberOf(cell: string): number | undefined {
  const number = Number(cell);
  if (!Number.isNaN(number) && cell !== '' && cell.trim() !== '') return number;
  const word = cell.trim().toLowerCase();
  return Object.hasOwn(SPECIAL, word) ? (SPECIAL[word] as number) : undefined;
}
