/** Rows of a table of numbers that are mostly zero: per row the number of other values, then their columns and the values. */
export interface SparseRows {
  readonly counts: Uint8Array;
  readonly columns: Uint8Array;
  readonly values: Float64Array;
}

/** `width` below 256. */
export function sparse(values: Float64Array, rows: Int32Array, width: number): SparseRows {
  const counts = new Uint8Array(rows.length);
  let total = 0;
  for (const [i, row] of rows.entries()) {
    let count = 0;
    for (let at = row * width; at < (row + 1) * width; at++) if (values[at] !== 0) count++;
    counts[i] = count;
    total += count;
  }
  const columns = new Uint8Array(total);
  const kept = new Float64Array(total);
  let to = 0;
  for (const row of rows) {
    for (let column = 0; column < width; column++) {
      const value = values[row * width + column] as number;
      if (value === 0) continue;
      columns[to] = column;
      kept[to++] = value;
    }
  }
  return { counts, columns, values: kept };
}

/** Calls `put` with each value that is not zero. */
export function unsparse({ counts, columns, values }: SparseRows, put: (row: number, column: number, value: number) => void): void {
  let at = 0;
  for (const [row, count] of counts.entries()) {
    for (const end = at + count; at < end; at++) put(row, columns[at] as number, values[at] as number);
  }
}
