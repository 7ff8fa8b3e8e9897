/** Mean Euclidean distance of each row to its `k` nearest references; both scaled, row-major. Brute force, cut off early. */
export function neighbourDistances(references: Float32Array, rows: Float32Array, columns: number, k: number): Float64Array {
  const count = columns === 0 ? 0 : references.length / columns;
  const queries = columns === 0 ? 0 : rows.length / columns;
  const out = new Float64Array(queries);
  const near = new Float64Array(Math.min(k, count));
  for (let q = 0; q < queries; q++) {
    near.fill(Number.POSITIVE_INFINITY);
    const at = q * columns;
    const last = near.length - 1;
    for (let r = 0; r < count; r++) {
      const limit = near[last] as number;
      let sum = 0;
      const from = r * columns;
      for (let c = 0; c < columns && sum < limit; c++) {
        const gap = (rows[at + c] as number) - (references[from + c] as number);
        sum += gap * gap;
      }
      if (sum >= limit) continue;
      let place = last;
      while (place > 0 && (near[place - 1] as number) > sum) {
        near[place] = near[place - 1] as number;
        place--;
      }
      near[place] = sum;
    }
    let total = 0;
    for (const squared of near) total += Math.sqrt(squared);
    out[q] = near.length === 0 ? 0 : total / near.length;
  }
  return out;
}
