import type { RateConfig } from './config.ts';
import { logUpperTail } from './negative-binomial.ts';
import type { Rating, SeriesState } from './series-state.ts';

/** A series with lines in fewer of its recent intervals than this is sparse: only the size of its active intervals is rated. */
const SPARSE = 0.5;
/** Active intervals that the first assumption about their sizes counts as: twice the mean seen, at least half a line beyond the first. */
const PRIOR = 4;
/** Active intervals over which their sizes fade. */
const SIZE_MEMORY = 500;

export function isSparse(state: SeriesState): boolean {
  return state.activeShare < SPARSE;
}

/** Of a sparse series: how large an interval is among those with lines. That lines come, or none do, is no news. */
export function rateActive(state: SeriesState, config: RateConfig, value: number): Omit<Rating, 'misfit' | 'learnt'> {
  const n = state.active;
  const mean = (n * state.size + PRIOR * Math.max(2 * state.size, 0.5)) / (n + PRIOR);
  const variance = Math.max(0, state.sizeSquare - state.size ** 2);
  // Bursts scatter at least as a geometric distribution does; more where it was seen, and the fewer, the more.
  const dispersion = Math.max(1, (variance - state.size) / (mean * mean)) + PRIOR / (n + 1);
  const deviation = Math.sqrt(mean + dispersion * mean * mean);
  const logP = value === 0 ? 0 : logUpperTail(value - 1, mean, dispersion);
  const told = state.run > 0 ? state.runScore : 0;
  return {
    score: n < config.warmUp ? Number.NaN : Math.max(0, -logP - told),
    expected: mean + 1,
    lower: 0,
    upper: mean + 1 + 2 * deviation,
    above: value > 0,
    logP,
  };
}

/** Takes in how large an active interval was, and how often intervals are active. */
export function countActive(state: SeriesState, config: RateConfig, value: number): void {
  state.activeShare += ((value > 0 ? 1 : 0) - state.activeShare) / Math.min(state.count + 1, config.memory);
  if (value <= 0) return;
  const step = 1 / Math.min(++state.active, SIZE_MEMORY);
  const beyond = value - 1;
  state.size += step * (beyond - state.size);
  state.sizeSquare += step * (beyond * beyond - state.sizeSquare);
}
