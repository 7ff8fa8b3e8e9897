/** Quantile of ascending values by linear interpolation between order statistics (type 7 of Hyndman & Fan 1996). NaN for none. */
export function quantile(ascending: ArrayLike<number>, p: number): number {
  const last = ascending.length - 1;
  if (last < 0 || !(p >= 0 && p <= 1)) return Number.NaN;
  const position = p * last;
  const below = Math.floor(position);
  const low = ascending[below] as number;
  const high = ascending[Math.min(below + 1, last)] as number;
  return low + (high - low) * (position - below);
}
