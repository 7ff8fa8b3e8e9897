import type { RateConfig } from './config.ts';
import { logUpperTail } from './negative-binomial.ts';
import type { Rating } from './series-state.ts';

/** A series of lines of one kind among all lines: how many of how many, interval by interval. */
export interface ShareState {
  /** Intervals seen. */
  count: number;
  /** Lines of the kind, and all lines; older ones fade. */
  part: number;
  whole: number;
  /** Sums over intervals whose ratio is how much counts scatter beyond chance, relative to what was expected, squared. */
  scatter: number;
  scale: number;
  /** Unusual intervals since the last usual one lasted, usual ones in a row among them, and the highest score: an excursion is told once. */
  run: number;
  calm: number;
  runScore: number;
  rated: number;
  excursions: number;
}

const UNUSUAL = Math.log(1e-3);
/** Fewer lines than this are no outbreak, however rare they were. */
const FEWEST = 5;
/** Intervals over which the share fades: a week of five minutes. */
const MEMORY = 2_016;
/** Unusual intervals before they teach what is usual: a day of five minutes. */
const LEARN_AFTER = 288;
const MISFITS = 3;
const MISFIT_SHARE = 0.01;
/** Told again only when it is so many times as improbable, as an exponent. */
const WORSE = 2;

export function newShare(): ShareState {
  return { count: 0, part: 0, whole: 0, scatter: 0, scale: 0, run: 0, calm: 0, runScore: 0, rated: 0, excursions: 0 };
}

/**
 * How improbable so many of `whole` lines are: the predictive negative binomial of a share seen so far (Gamma prior of half a
 * line), scattering between intervals as it did. Only more than usual counts.
 */
export function rateShare(state: ShareState, config: RateConfig, part: number, whole: number): Rating {
  const { mean, dispersion } = expectedOf(state, whole);
  const above = part > mean;
  const logP = above ? Math.min(0, logUpperTail(part, mean, dispersion)) : 0;
  const misfit = state.excursions >= MISFITS && state.excursions > MISFIT_SHARE * state.rated;
  const told = state.run > 0 && -logP < WORSE * state.runScore ? Number.POSITIVE_INFINITY : 0;
  const score = part < FEWEST || misfit ? 0 : Math.max(0, -logP - told);
  return {
    score: state.count < config.warmUp ? Number.NaN : score,
    expected: mean,
    lower: 0,
    upper: mean + 2 * Math.sqrt(mean + dispersion * mean * mean),
    above,
    logP,
    learnt: state.count,
    misfit,
  };
}

/** Takes an interval in; an outbreak teaches nothing before it has lasted for a day. */
export function observeShare(state: ShareState, config: RateConfig, part: number, whole: number): void {
  const { mean } = expectedOf(state, whole);
  const { logP, score } = rateShare(state, config, part, whole);
  const rated = !Number.isNaN(score);
  const unusual = rated && part >= FEWEST && logP < UNUSUAL;
  if (rated) countFit(state, unusual && state.run === 0);
  if (unusual) {
    state.run++;
    state.calm = 0;
    state.runScore = Math.max(state.runScore, -logP);
  } else if (state.run > 0 && ++state.calm >= config.shiftAfter) {
    state.run = 0;
    state.calm = 0;
    state.runScore = 0;
  }
  state.count++;
  if (unusual && state.run <= LEARN_AFTER) return;
  const keep = 1 - 1 / MEMORY;
  state.part = state.part * keep + part;
  state.whole = state.whole * keep + whole;
  state.scatter = state.scatter * keep + (part - mean) ** 2 - mean;
  state.scale = state.scale * keep + mean * mean;
}

function expectedOf(state: ShareState, whole: number): { mean: number; dispersion: number } {
  const lines = state.part + 0.5;
  const scattered = state.scale > 0 ? Math.max(0, state.scatter / state.scale) : 0;
  return { mean: (whole * lines) / (state.whole + 1), dispersion: scattered + 1 / lines };
}

function countFit(state: ShareState, excursion: boolean): void {
  state.rated++;
  if (excursion) state.excursions++;
  if (state.rated < MEMORY) return;
  state.rated /= 2;
  state.excursions /= 2;
}
