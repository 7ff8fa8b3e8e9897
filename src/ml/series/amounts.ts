/** What was never negative is not expected to be: an amount has no less than none. `lowest`: least value so far. */
export function lowestExpected(expected: number, lowest: number): number {
  return lowest >= 0 ? Math.max(0, expected) : expected;
}

/** Least finite value; Infinity where there is none. */
export function lowestOf(values: Float64Array): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const value of values) if (Number.isFinite(value) && value < lowest) lowest = value;
  return lowest;
}
