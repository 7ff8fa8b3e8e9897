import type { Verdict } from '../../core/index.ts';
import type { Round } from './round.ts';

/** Verdicts in force by detection id. */
export type VerdictOf = ReadonlyMap<string, Verdict>;

/** Scores beyond the cap that still count as a normal tail: a few, or this share of the promised flagged units. */
const BEYOND_SHARE = 0.1;
const BEYOND_FEW = 3;
/** Standard deviations by which the flagged may exceed the promise before they are taken for more than chance. */
const DEVIATIONS = 3.1;

export interface EffectiveScores {
  readonly scores: Float64Array;
  /** Rounds whose flagged scores could not be explained by the promise and were replaced. */
  readonly contaminated: number;
  /** Flagged scores beyond the cap that were left out. */
  readonly leftOut: number;
}

/**
 * The scores a calibration is made of, as a pure function of the history and the verdicts in force:
 * - unflagged scores count as they are; so do flagged ones that a person called false-positive or benign;
 * - flagged ones called true-positive leave;
 * - flagged ones without a verdict stay, winsorised at the cap, so that the tail is not cut a little more each round; those
 *   beyond the cap leave together when they are more than a normal tail puts there;
 * - where those below the cap are more than chance explains, in one round or in all together, the flagged scores are
 *   replaced by what the calibration then in force expected: an attack raises no threshold.
 */
export function effectiveScores(rounds: readonly Round[], verdicts: VerdictOf): EffectiveScores {
  const known = rounds.reduce((sum, round) => sum + round.body.length + round.flagged.length, 0);
  const parts = rounds.map((round) => split(round, verdicts));
  let units = 0;
  let expected = 0;
  let within = 0;
  let beyond = 0;
  for (const [i, round] of rounds.entries()) {
    const part = parts[i] as Split;
    if (round.rate === 0) continue;
    units += part.units;
    expected += round.rate * part.units;
    within += part.within.length;
    beyond += part.beyond;
  }
  const all = within > mostByChance(expected, units, known);
  const keepBeyond = beyond <= BEYOND_FEW + BEYOND_SHARE * expected;
  let contaminated = 0;
  let leftOut = 0;
  const out: number[] = [];
  for (let i = rounds.length - 1; i >= 0; i--) {
    const round = rounds[i] as Round;
    const part = parts[i] as Split;
    for (const score of round.body) out.push(score);
    for (const score of part.confirmed) out.push(score);
    if (round.rate > 0 && (all || part.within.length > mostByChance(round.rate * part.units, part.units, known))) {
      contaminated++;
      leftOut += part.beyond;
      for (const score of round.imputed) out.push(score);
      continue;
    }
    for (const score of part.within) out.push(score);
    if (keepBeyond) for (let k = 0; k < part.beyond; k++) out.push(round.cap);
    else leftOut += part.beyond;
  }
  return { scores: Float64Array.from(out), contaminated, leftOut };
}

interface Split {
  readonly units: number;
  readonly within: readonly number[];
  readonly beyond: number;
  readonly confirmed: readonly number[];
}

function split(round: Round, verdicts: VerdictOf): Split {
  const within: number[] = [];
  const confirmed: number[] = [];
  let beyond = 0;
  for (const { id, score } of round.flagged) {
    const verdict = verdicts.get(id);
    if (verdict === 'true-positive') continue;
    if (verdict !== undefined) confirmed.push(score);
    else if (score > round.cap) beyond++;
    else within.push(score);
  }
  return { units: round.body.length + within.length + confirmed.length, within, beyond, confirmed };
}

/** Flagged units that chance explains, the threshold's own uncertainty from `known` calibration scores included. */
function mostByChance(expected: number, units: number, known: number): number {
  return expected + DEVIATIONS * Math.sqrt(expected * (1 + units / Math.max(1, known))) + 3;
}
