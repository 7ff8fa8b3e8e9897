/** What two readings of a counter say. */
export type CounterStep =
  | { readonly kind: 'increase'; readonly increase: number }
  /** It started anew in between: how much it rose is not known. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'wrap'; readonly increase: number };

/** Sizes of counters that wrap, SNMP's Counter32 and Counter64. */
const SIZES = [2 ** 32, 2 ** 64];
/** A counter that wrapped was in the last quarter before and is in the first quarter after. */
const NEAR = 0.25;

/** A fall is a wrap where it is small against the counter's size, otherwise a reset. */
export function counterStep(before: number, after: number): CounterStep {
  if (after >= before) return { kind: 'increase', increase: after - before };
  const size = SIZES.find((bits) => before < bits && before >= bits * (1 - NEAR) && after < bits * NEAR);
  return size === undefined ? { kind: 'reset' } : { kind: 'wrap', increase: size - before + after };
}
