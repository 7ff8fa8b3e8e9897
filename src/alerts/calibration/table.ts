import { type ScoreLaw, type SimulationOptions, type SimulationResult, simulateRenewals } from './simulation.ts';

export interface CalibrationRow {
  readonly law: ScoreLaw;
  readonly attack: 'none' | 'far' | 'near';
  readonly attackShare: number;
  readonly promised: number;
  readonly renewals: number;
  readonly scored: number;
  readonly falseAlarms: number;
  readonly observed: number;
  readonly interval: readonly [number, number];
  readonly intervalIncludesPromise: boolean;
  /** observed / promised of each seed: what the calibration's own sampling noise does. */
  readonly ratios: readonly number[];
  readonly seedsWhoseIntervalIncludesPromise: number;
  readonly attacksFound: number | null;
}

const LAWS: readonly ScoreLaw[] = ['exponential', 'normal', 'lognormal', 'gamma-mixture'];
const ATTACKS: readonly (readonly ['none' | 'far' | 'near', number])[] = [
  ['none', 0],
  ['far', 0.002],
  ['far', 0.02],
  ['far', 0.1],
  ['near', 0.005],
  ['near', 0.05],
];

export const SIMULATION: Omit<SimulationOptions, 'law' | 'rate' | 'attack' | 'attackShare' | 'seed'> = {
  initial: 5_000,
  capacity: 20_000,
  roundSize: 2_000,
  renewals: 30,
};

/** Promised against observed over 30 renewals, clean and poisoned. Counts are of the first seed, `ratios` of each. */
export function calibrationTable(seeds: readonly number[], rates: readonly number[] = [0.01, 0.001]): CalibrationRow[] {
  return rates.flatMap((rate) =>
    LAWS.flatMap((law) =>
      ATTACKS.map(([attack, attackShare]) => {
        const runs = seeds.map((seed) =>
          simulateRenewals({ ...SIMULATION, law, rate, attackShare, attack: attack === 'none' ? 'far' : attack, seed }),
        );
        return rowOf(attack, runs);
      }),
    ),
  );
}

function rowOf(attack: CalibrationRow['attack'], runs: readonly SimulationResult[]): CalibrationRow {
  const [first] = runs;
  if (first === undefined) throw new RangeError('a table needs at least one seed');
  const total = (pick: (run: SimulationResult) => number) => runs.reduce((sum, run) => sum + pick(run), 0);
  const includes = (run: SimulationResult) => run.interval[0] <= run.promised && run.promised <= run.interval[1];
  return {
    law: first.options.law,
    attack,
    attackShare: first.options.attackShare,
    promised: first.promised,
    renewals: first.options.renewals,
    scored: first.scored,
    falseAlarms: first.falseAlarms,
    observed: first.observed,
    interval: first.interval,
    intervalIncludesPromise: includes(first),
    ratios: runs.map((run) => Number((run.observed / run.promised).toFixed(3))),
    seedsWhoseIntervalIncludesPromise: total((run) => Number(includes(run))),
    attacksFound: first.attacks === 0 ? null : total((run) => run.attacksFound) / total((run) => run.attacks),
  };
}
