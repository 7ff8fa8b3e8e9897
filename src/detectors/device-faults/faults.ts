export const FAULTS = ['stuck', 'range', 'jump', 'noise', 'drift'] as const;
export type Fault = (typeof FAULTS)[number];

/** How far a reading goes towards each fault: 1 is the limit; NaN where it is not judged. */
export type FaultRatios = Readonly<Record<Fault, number>>;

/** A fault scores at least this; anything short of its limit stays far below. */
const FAULT_SCORE = 10;
const QUIET_SCORE = 4;

/** Minus ln of a nominal tail probability, so that it stands beside the scores of other detectors that learn as they go. */
export function scoreOf(ratio: number): number {
  return ratio > 1 ? FAULT_SCORE + 4 * Math.min(5, Math.log(ratio)) : QUIET_SCORE * Math.max(0, ratio);
}

/** The fault whose limit is exceeded most, sudden ones before drift; undefined where nothing is judged. */
export function worstFault(ratios: FaultRatios): Fault | undefined {
  let worst: Fault | undefined;
  for (const fault of FAULTS) {
    const ratio = ratios[fault];
    if (Number.isNaN(ratio)) continue;
    if (worst === undefined || (ratio > ratios[worst] && !(fault === 'drift' && ratios[worst] > 1))) worst = fault;
  }
  return worst;
}
