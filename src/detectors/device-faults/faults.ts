export const FAULTS = ['stuck', 'range', 'jump', 'noise', 'drift'] as const;
export type Fault = (typeof FAULTS)[number];

/** How far a reading goes towards each fault: 1 is the limit; NaN where it is not judged. */
export type FaultRatios = Readonly<Record<Fault, number>>;

/** A fault scores at least this; anything short of its limit stays far below. */
const FAULT_SCORE = 10;
const QUIET_SCORE = 4;

/** Readings from which on a limit learnt from them counts as known. */
const KNOWN = 100;

/**
 * Minus ln of a nominal tail probability, so that it stands beside the scores of other detectors that learn as they go. A limit that
 * rests on few readings promises less: one in so many goes as far by itself, and further ones get rare as those of Student's t with two degrees of freedom.
 */
export function scoreOf(ratio: number, readings: number): number {
  if (ratio <= 1) return QUIET_SCORE * Math.max(0, ratio);
  const known = FAULT_SCORE + 4 * Math.min(5, Math.log(ratio));
  return readings >= KNOWN ? known : Math.min(known, Math.log1p(readings) + 2 * Math.log(ratio));
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
