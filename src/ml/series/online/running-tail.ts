/** Doubles that one tail is made of. */
export const TAIL_SIZE = 2;
const SHARE = 0.02;
const BODY = -Math.log(SHARE);

/**
 * -ln P(a value at least as large), from an exponential fit to what exceeds the upper 2 %, both followed as values come; values
 * are in mean absolute errors. Starts as the tail of a Laplace distribution. State: threshold and scale from `at` on.
 */
export function tailScore(state: Float64Array, at: number, value: number): number {
  const threshold = state[at] === 0 ? BODY : (state[at] as number);
  const scale = state[at + 1] === 0 ? 1 : (state[at + 1] as number);
  return value <= threshold ? (BODY * value) / threshold : BODY + (value - threshold) / scale;
}

/** Moves threshold and scale towards what was seen; what is far out moves them no more than ten scales do. */
export function learnTail(state: Float64Array, at: number, value: number): void {
  const threshold = state[at] === 0 ? BODY : (state[at] as number);
  const scale = state[at + 1] === 0 ? 1 : (state[at + 1] as number);
  state[at] = Math.min(20, Math.max(1.5, threshold + 0.1 * (value > threshold ? 1 - SHARE : -SHARE)));
  state[at + 1] = value > threshold ? Math.min(20, Math.max(0.3, scale + 0.03 * (Math.min(value - threshold, 10 * scale) - scale))) : scale;
}
