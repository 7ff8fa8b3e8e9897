/**
 * Mean Euclidean distance of each row to its `k` nearest references; both scaled, row-major. Exact: references are tried in order
 * of their length's difference from the row's, which their distance is at least.
 */
export function neighbourDistances(references: Float32Array, rows: Float32Array, columns: number, k: number): Float64Array {
  const count = columns === 0 ? 0 : references.length / columns;
  const queries = columns === 0 ? 0 : rows.length / columns;
  const out = new Float64Array(queries);
  const near = new Float64Array(Math.min(k, count));
  if (near.length === 0) return out;
  const { sorted, lengths } = byLength(references, count, columns);
  for (let q = 0; q < queries; q++) {
    near.fill(Number.POSITIVE_INFINITY);
    const row = rows.subarray(q * columns, (q + 1) * columns);
    const length = lengthOf(row);
    let above = firstAtLeast(lengths, length);
    let below = above - 1;
    for (let tried = 0; tried < count; tried++) {
      const gapAbove = above < count ? (lengths[above] as number) - length : Number.POSITIVE_INFINITY;
      const gapBelow = below >= 0 ? length - (lengths[below] as number) : Number.POSITIVE_INFINITY;
      const upwards = below < 0 || gapAbove <= gapBelow;
      const gap = (upwards ? gapAbove : gapBelow) - ROUNDING;
      if (gap > 0 && gap * gap >= (near[near.length - 1] as number)) break;
      consider(near, sorted, (upwards ? above++ : below--) * columns, row);
    }
    let total = 0;
    for (const squared of near) total += Math.sqrt(squared);
    out[q] = total / near.length;
  }
  return out;
}

/** Lengths are sums of rounded terms: no reference is left out that lies within this of the bound. */
const ROUNDING = 1e-6;

/** Puts the squared distance of `row` to the reference at `from` in its place among the nearest, where it belongs there. */
function consider(near: Float64Array, references: Float32Array, from: number, row: Float32Array): void {
  const last = near.length - 1;
  const limit = near[last] as number;
  let sum = 0;
  for (let c = 0; c < row.length && sum < limit; c++) {
    const gap = (row[c] as number) - (references[from + c] as number);
    sum += gap * gap;
  }
  if (sum >= limit) return;
  let place = last;
  while (place > 0 && (near[place - 1] as number) > sum) {
    near[place] = near[place - 1] as number;
    place--;
  }
  near[place] = sum;
}

function byLength(references: Float32Array, count: number, columns: number): { sorted: Float32Array; lengths: Float64Array } {
  const own = Float64Array.from({ length: count }, (_, r) => lengthOf(references.subarray(r * columns, (r + 1) * columns)));
  const order = Int32Array.from({ length: count }, (_, r) => r).sort((a, b) => (own[a] as number) - (own[b] as number) || a - b);
  const sorted = new Float32Array(references.length);
  for (const [place, r] of order.entries()) sorted.set(references.subarray(r * columns, (r + 1) * columns), place * columns);
  return { sorted, lengths: Float64Array.from(order, (r) => own[r] as number) };
}

function lengthOf(row: Float32Array): number {
  let sum = 0;
  for (let c = 0; c < row.length; c++) sum += (row[c] as number) ** 2;
  return Math.sqrt(sum);
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
