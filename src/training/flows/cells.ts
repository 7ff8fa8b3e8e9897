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

const ISO = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?/;
const DAY_FIRST = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)? ?(AM|PM)?/i;

/** Microseconds since 1970 of the times flow writers print (UTC assumed, day before month), or of an epoch in s, ms or us. NaN for others. */
export function flowTime(cell: string): number {
  const number = cell.trim() === '' ? Number.NaN : Number(cell);
  if (!Number.isNaN(number)) {
    if (number < 1e11) return Math.round(number * 1e6);
    return number < 1e14 ? Math.round(number * 1e3) : Math.round(number);
  }
  const iso = ISO.exec(cell);
  if (iso !== null) return micros(iso[1], iso[2], iso[3], iso[4], iso[5], iso[6], iso[7]);
  const day = DAY_FIRST.exec(cell);
  if (day === null) return Number.NaN;
  let hour = Number(day[4]);
  if (day[8] !== undefined) hour = (hour % 12) + (day[8].toUpperCase() === 'PM' ? 12 : 0);
  return micros(day[3], day[2], day[1], String(hour), day[5], day[6], day[7]);
}

function micros(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  hour: string | undefined,
  minute: string | undefined,
  second = '0',
  fraction = '0',
): number {
  const millis = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return millis * 1000 + Number(fraction.padEnd(6, '0'));
}
