import type { Explanation } from '../core/index.ts';
import { lowerBound } from './calibration/conformal.ts';
import { SEVERITY_LEVELS } from './severity.ts';

/** From these shares explained by chance on, a finding is at most medium, at most low. */
const DOUBTFUL = 0.1;
const CHANCE = 0.5;

/**
 * Of findings at least as rare as one, how large a share chance alone explains among all units scored: q-values of Benjamini and Hochberg
 * (Journal of the Royal Statistical Society B 57, 1995). A rate that is kept as promised makes no finding worth a look; rarer or more than that does.
 */
export class ChanceShare {
  readonly #pValues: Float64Array;
  readonly #shares: Float64Array;

  /** p-values of what was flagged among `scored` units. */
  constructor(flagged: Iterable<number>, scored: number) {
    this.#pValues = Float64Array.from(flagged).sort();
    const n = this.#pValues.length;
    this.#shares = new Float64Array(n);
    let least = 1;
    for (let i = n - 1; i >= 0; i--) {
      least = Math.min(least, (scored * (this.#pValues[i] as number)) / (i + 1));
      this.#shares[i] = least;
    }
  }

  /** 0..1; 1 for a p-value above all flagged ones. */
  of(pValue: number): number {
    return this.#shares[lowerBound(this.#pValues, pValue)] ?? 1;
  }
}

/** The severity that is left where chance explains such a share of findings like it. */
export function besideChance(severity: number, share: number): number {
  if (share >= CHANCE) return Math.min(severity, SEVERITY_LEVELS.medium - 1);
  if (share >= DOUBTFUL) return Math.min(severity, SEVERITY_LEVELS.high - 1);
  return severity;
}

/** The explanation with what chance has to do with it, where `besideChance` bounds the severity. */
export function withChance(explanation: Explanation, share: number, scored: number, unit: string): Explanation {
  if (share < DOUBTFUL) return explanation;
  const many = share >= CHANCE ? 'Chance alone explains it' : 'Chance may explain it';
  const counted = scored.toLocaleString('en');
  return { ...explanation, harmless: [...explanation.harmless, `${many}: among ${counted} ${unit}s about as many are as rare.`] };
}
