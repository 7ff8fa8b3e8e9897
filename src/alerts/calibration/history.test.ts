import { describe, expect, it } from 'vitest';
import { seededRandom, stableId, VedetteError, type Verdict } from '../../core/index.ts';
import { CalibrationHistory } from './history.ts';
import { type SimulationOptions, simulateRenewals } from './simulation.ts';
import { SIMULATION } from './table.ts';

const exponential = (seed: number, length: number) => {
  const random = seededRandom(seed);
  return Float64Array.from({ length }, () => -Math.log(1 - random()));
};

/** Plays scores into a history; flagged ones get an id of their position. */
function play(history: CalibrationHistory, scores: Float64Array, rate = 0.01, from = 0): void {
  for (const [i, score] of scores.entries()) {
    const flagged = history.pValue(score).pValue <= rate;
    history.add(score, rate, flagged ? stableId(from + i) : undefined);
  }
}

describe('calibration history', () => {
  it('gives the same bytes and p-values after a restart at any point', () => {
    const straight = CalibrationHistory.fromScores(exponential(1, 3_000), { capacity: 5_000, roundSize: 700 });
    let restarted = CalibrationHistory.restore(straight.snapshot());
    const scores = exponential(2, 9_000);
    for (let from = 0; from < scores.length; from += 431) {
      const part = scores.slice(from, from + 431);
      play(straight, part, 0.01, from);
      play(restarted, part, 0.01, from);
      restarted = CalibrationHistory.restore(restarted.snapshot());
    }
    expect(restarted.snapshot()).toEqual(straight.snapshot());
    expect(restarted.pValue(3.3)).toEqual(straight.pValue(3.3));
  });

  it('is bounded by its capacity', () => {
    const history = CalibrationHistory.fromScores(exponential(1, 50_000), { capacity: 2_000, roundSize: 200 });
    play(history, exponential(2, 20_000));
    expect(history.size).toBeLessThanOrEqual(2_400);
    expect(history.calibration.sorted.length).toBeLessThanOrEqual(2_300);
  });

  it('lets labelled true positives leave, keeps false positives as they are, and forgets a revoked label without trace', () => {
    const history = CalibrationHistory.fromScores(exponential(1, 2_000), { capacity: 5_000, roundSize: Number.POSITIVE_INFINITY });
    play(history, Float64Array.of(1, 2, 500, 600));
    history.renew();
    const before = history.snapshot();
    const sorted = history.calibration.sorted;
    const largest = sorted.at(-1) as number;
    expect(largest).toBeLessThan(500);
    const ids = [stableId(2), stableId(3)];
    history.applyVerdicts(new Map(ids.map((id): [string, Verdict] => [id, 'true-positive'])));
    expect(history.calibration.sorted.length).toBe(sorted.length - 2);
    history.applyVerdicts(new Map(ids.map((id): [string, Verdict] => [id, 'false-positive'])));
    expect(Array.from(history.calibration.sorted.slice(-2))).toEqual([500, 600]);
    history.applyVerdicts(new Map());
    expect(history.calibration.sorted).toEqual(sorted);
    expect(history.snapshot()).toEqual(before);
  });

  it('leaves no trace of a label that was in force across renewals', () => {
    const run = (label: boolean) => {
      const history = CalibrationHistory.fromScores(exponential(1, 2_000), { capacity: 5_000, roundSize: Number.POSITIVE_INFINITY });
      const add = (seed: number) => {
        for (const [i, score] of exponential(seed, 500).entries()) history.add(score, 0.01, score > 4.6 ? stableId(seed, i) : undefined);
        history.renew();
      };
      add(2);
      if (label)
        history.applyVerdicts(new Map(Array.from({ length: 500 }, (_, i): [string, Verdict] => [stableId(2, i), 'true-positive'])));
      add(3);
      history.applyVerdicts(new Map());
      return history.snapshot();
    };
    expect(run(true)).toEqual(run(false));
  });

  it('takes infinite scores and ignores those of a detector that warms up', () => {
    const history = CalibrationHistory.fromScores(exponential(1, 100));
    history.add(Number.NaN, 0.01);
    history.add(Number.POSITIVE_INFINITY, 0.01, stableId('x'));
    history.renew();
    expect(history.size).toBe(101);
    expect(history.pValue(1).pValue).toBeGreaterThan(0.2);
    expect(CalibrationHistory.restore(history.snapshot()).snapshot()).toEqual(history.snapshot());
  });

  it('refuses a damaged snapshot', () => {
    const snapshot = CalibrationHistory.fromScores(exponential(1, 100)).snapshot();
    expect(() => CalibrationHistory.restore(snapshot.subarray(0, 300))).toThrow(VedetteError);
    expect(() => CalibrationHistory.restore(new Uint8Array(3))).toThrow(VedetteError);
  });
});

describe('30 renewals', () => {
  const laws = ['exponential', 'normal', 'lognormal', 'gamma-mixture'] as const;
  const cases = laws.flatMap((law) =>
    [0, 0.002, 0.02, 0.1].map(
      (attackShare): SimulationOptions => ({ ...SIMULATION, law, rate: 0.01, attackShare, attack: 'far', seed: 1 }),
    ),
  );

  it.each(cases)('keep the promise for $law scores with a share of $attackShare attacks', (options) => {
    const result = simulateRenewals(options);
    const ratio = result.observed / result.promised;
    expect(result.scored).toBeGreaterThanOrEqual(5_000);
    expect(result.interval[0]).toBeLessThanOrEqual(result.promised);
    expect(result.interval[1]).toBeGreaterThanOrEqual(result.promised);
    expect(Math.max(ratio, 1 / ratio)).toBeLessThan(1.5);
    expect(Math.max(result.observedLate / result.promised, result.promised / result.observedLate)).toBeLessThan(1.5);
    expect(result.attacksFound).toBe(result.attacks);
  });

  it('with attacks among the highest normal scores raise fewer false alarms than promised, never 1.5 times as many, and still find most attacks', () => {
    for (const attackShare of [0.005, 0.05]) {
      const result = simulateRenewals({ ...SIMULATION, law: 'exponential', rate: 0.01, attackShare, attack: 'near', seed: 1 });
      expect(result.observed / result.promised).toBeLessThan(1.5);
      expect(result.observed / result.promised).toBeGreaterThan(0.4);
      expect(result.attacksFound / result.attacks).toBeGreaterThan(0.9);
    }
  });
});
