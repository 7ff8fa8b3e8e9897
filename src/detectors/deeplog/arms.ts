import { NormalTail } from '../sequence/tail.ts';

/** What may be asked of the surprises of a row: how large they are on average, with weight on the large ones, at most, at its end. */
export const SURPRISE_ARMS = ['mean', 'rms', 'max', 'end'] as const;

/** What is asked of a row, each rated against normal rows; `parameters`: are its time gaps and numbers unusual. */
export const ARMS = [...SURPRISE_ARMS, 'parameters'] as const;
export type Arm = (typeof ARMS)[number];
export type ArmScores = Readonly<Partial<Record<Arm, Float64Array>>>;
export type Tails = ReadonlyMap<Arm, NormalTail>;

export function tailsOf(scores: ArmScores): Tails {
  return new Map(ARMS.flatMap((arm) => (scores[arm] === undefined ? [] : [[arm, new NormalTail(scores[arm])] as const])));
}

/** Fisher's combination: minus the sum of ln p over the arms that were calibrated. */
export function combine(scores: ArmScores, tails: Tails, rows: number): Float64Array {
  const combined = new Float64Array(rows);
  for (const [arm, tail] of tails) {
    const column = scores[arm];
    if (column === undefined) continue;
    for (let row = 0; row < rows; row++) combined[row] = (combined[row] as number) - tail.logP(column[row] as number);
  }
  return combined;
}

/** The same for the calibration rows, each rated against all others: what a new row meets, so the sums are exchangeable with its. */
export function combineLeavingOut(scores: ArmScores, rows: number): Float64Array {
  const combined = new Float64Array(rows);
  for (const arm of ARMS) {
    const column = scores[arm];
    if (column === undefined) continue;
    const tail = new NormalTail(column);
    const largest = tail.scores[rows - 1] as number;
    for (let row = 0; row < rows; row++) {
      const score = column[row] as number;
      const logP =
        score === largest ? new NormalTail(column.filter((_, i) => i !== row)).logP(score) : Math.log(tail.atLeast(score) / rows);
      combined[row] = (combined[row] as number) - logP;
    }
  }
  return combined;
}

export function joinScores(before: ArmScores, added: ArmScores, limit: number): ArmScores {
  const joined: Partial<Record<Arm, Float64Array>> = {};
  for (const arm of ARMS) {
    const old = before[arm];
    if (old === undefined) continue;
    const recent = added[arm] ?? new Float64Array(0);
    const all = new Float64Array(old.length + recent.length);
    all.set(old);
    all.set(recent, old.length);
    joined[arm] = all.slice(Math.max(0, all.length - limit));
  }
  return joined;
}
