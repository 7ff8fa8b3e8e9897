import { type Random, seededRandom, stableId } from '../../core/index.ts';
import { binomialInterval } from '../binomial.ts';
import { CalibrationHistory } from './history.ts';

export type ScoreLaw = 'exponential' | 'normal' | 'lognormal' | 'gamma-mixture';

export interface SimulationOptions {
  readonly law: ScoreLaw;
  readonly rate: number;
  /** Share of units that are attacks nobody labels. */
  readonly attackShare: number;
  /** `far`: well above every normal score; `near`: just above the threshold, where normal scores lie too. */
  readonly attack: 'far' | 'near';
  readonly initial: number;
  readonly capacity: number;
  readonly roundSize: number;
  readonly renewals: number;
  readonly seed: number;
}

export interface SimulationResult {
  readonly options: SimulationOptions;
  readonly promised: number;
  /** Normal units scored and flagged over all renewals. */
  readonly scored: number;
  readonly falseAlarms: number;
  readonly observed: number;
  readonly interval: readonly [number, number];
  /** Of the last third of the renewals alone: shows a drift that the total would hide. */
  readonly observedLate: number;
  readonly attacks: number;
  readonly attacksFound: number;
  readonly contaminatedRounds: number;
}

/** Plays `renewals` rounds against a calibration history and counts what it promised and what happened. */
export function simulateRenewals(options: SimulationOptions): SimulationResult {
  const random = seededRandom(options.seed);
  const draw = () => drawScore(options.law, random);
  const history = CalibrationHistory.fromScores(Float64Array.from({ length: options.initial }, draw), {
    capacity: options.capacity,
    roundSize: Number.POSITIVE_INFINITY,
  });
  let [scored, falseAlarms, lateScored, lateAlarms, attacks, attacksFound, contaminatedRounds] = [0, 0, 0, 0, 0, 0, 0];
  const { near, far } = attackLevels(options.law, options.rate);
  for (let round = 0; round < options.renewals; round++) {
    for (let i = 0; i < options.roundSize; i++) {
      const isAttack = random() < options.attackShare;
      const score = isAttack ? (options.attack === 'far' ? far : near) * (1 + 0.2 * random()) : draw();
      const flagged = history.pValue(score).pValue <= options.rate;
      history.add(score, options.rate, flagged ? stableId(round, i) : undefined);
      if (isAttack) {
        attacks++;
        if (flagged) attacksFound++;
        continue;
      }
      scored++;
      if (flagged) falseAlarms++;
      if (round < (options.renewals * 2) / 3) continue;
      lateScored++;
      if (flagged) lateAlarms++;
    }
    contaminatedRounds = Math.max(contaminatedRounds, history.renew().contaminated);
  }
  return {
    options,
    promised: options.rate,
    scored,
    falseAlarms,
    observed: falseAlarms / scored,
    interval: binomialInterval(falseAlarms, scored),
    observedLate: lateAlarms / lateScored,
    attacks,
    attacksFound,
    contaminatedRounds,
  };
}

function drawScore(law: ScoreLaw, random: Random): number {
  const exponential = () => -Math.log(1 - random());
  const normal = () => Math.sqrt(2 * exponential()) * Math.cos(2 * Math.PI * random());
  if (law === 'exponential') return exponential();
  if (law === 'normal') return normal();
  if (law === 'lognormal') return Math.exp(normal());
  return random() < 0.9 ? exponential() + exponential() : 2 * (exponential() + exponential() + exponential());
}

/** Levels of an attack by the law's own quantiles at half the rate and at a hundred-thousandth of it. */
function attackLevels(law: ScoreLaw, rate: number): { near: number; far: number } {
  const random = seededRandom(1);
  const sample = Float64Array.from({ length: 200_000 }, () => drawScore(law, random)).sort();
  const near = sample[Math.floor(sample.length * (1 - rate / 2))] as number;
  return { near, far: 4 * (sample.at(-1) as number) };
}
