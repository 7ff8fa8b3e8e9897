/** Rows that decide the bins; more are sampled evenly. */
const SAMPLE = 50_000;

/** A column's bins: value v lies in the first bin b with v <= upper[b]; the last upper bound is Infinity. */
export interface ColumnBins {
  readonly upper: Float32Array;
  /** Bin of NaN, one past the others; -1 where no row lacked the value. */
  readonly missing: number;
  /** All bins, that of NaN included. */
  readonly count: number;
  /** First entry of the column in a histogram. */
  readonly first: number;
}

export interface BinnedRows {
  readonly rows: number;
  readonly columns: readonly ColumnBins[];
  /** Column-major (columns, rows). */
  readonly codes: Uint8Array;
  /** Entries of a histogram over all columns. */
  readonly entries: number;
}

/** `values`: row-major (rows, columns). Bounds are midpoints between neighbouring values so that bins hold about equally many rows. */
export function binRows(values: Float32Array, rows: number, columns: number, maxBins: number): BinnedRows {
  const codes = new Uint8Array(rows * columns);
  const found: ColumnBins[] = [];
  let entries = 0;
  const column = new Float32Array(rows);
  for (let c = 0; c < columns; c++) {
    for (let row = 0; row < rows; row++) column[row] = values[row * columns + c] as number;
    const { upper, missing } = boundsOf(column, maxBins);
    const count = upper.length + (missing ? 1 : 0);
    const bins: ColumnBins = { upper, missing: missing ? upper.length : -1, count, first: entries };
    entries += count;
    found.push(bins);
    encode(column, bins, codes.subarray(c * rows, (c + 1) * rows));
  }
  return { rows, columns: found, codes, entries };
}

function encode(column: Float32Array, { upper, missing }: ColumnBins, into: Uint8Array): void {
  const last = upper.length - 1;
  for (let row = 0; row < column.length; row++) {
    const value = column[row] as number;
    if (Number.isNaN(value)) {
      into[row] = missing;
      continue;
    }
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= (upper[middle] as number)) high = middle;
      else low = middle + 1;
    }
    into[row] = low;
  }
}

function boundsOf(column: Float32Array, maxBins: number): { upper: Float32Array; missing: boolean } {
  const missing = column.some(Number.isNaN);
  const size = Math.min(column.length, SAMPLE);
  const sample = new Float32Array(size);
  let n = 0;
  for (let i = 0; i < size; i++) {
    const value = column[Math.floor((i * column.length) / size)] as number;
    if (!Number.isNaN(value)) sample[n++] = value;
  }
  const sorted = sample.subarray(0, n).sort();
  const limit = missing ? maxBins - 1 : maxBins;
  const upper: number[] = [];
  let target = n / limit;
  for (let i = 0; i + 1 < n && upper.length < limit - 1; i++) {
    const here = sorted[i] as number;
    const next = sorted[i + 1] as number;
    if (here === next || i + 1 < target) continue;
    upper.push(between(here, next));
    target = i + 1 + (n - i - 1) / (limit - upper.length);
  }
  return { upper: Float32Array.from([...upper, Number.POSITIVE_INFINITY]), missing };
}

/** A float32 b with low <= b < high. */
function between(low: number, high: number): number {
  const middle = Math.fround(low / 2 + high / 2);
  return middle >= low && middle < high ? middle : low;
}
