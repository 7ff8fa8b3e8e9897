import { smallestRate } from '../calibration/index.ts';

export interface BudgetedDetector {
  readonly name: string;
  /** Measured or, in the beginning, estimated. */
  readonly unitsPerDay: number;
  readonly calibrationSize: number;
  /** Share of the budget relative to the others; 1 when absent. */
  readonly weight?: number;
  /** No rate above this, whatever the budget allows. */
  readonly mostRate?: number;
}

export interface DetectorBudget {
  readonly name: string;
  /** Promised false-alarm rate per scored unit: the p-value at or below which a unit is flagged. */
  readonly rate: number;
  /** Expected false alerts a day at this rate. */
  readonly perDay: number;
  readonly unitsPerDay: number;
  /** True where the calibration cannot resolve `rate`. */
  readonly extrapolated: boolean;
}

export const MOST_RATE = 0.01;

/**
 * Divides the tenant's expected false alerts a day over its detectors: by weight, each rate = share / units a day, so a detector
 * that scores a thousand times more units gets a thousandth of the rate. What a detector cannot use because its rate is
 * limited goes to the others.
 */
export function divideBudget(perDay: number, detectors: readonly BudgetedDetector[]): DetectorBudget[] {
  const rates = new Map<string, number>();
  let left = perDay;
  let open = detectors.filter((detector) => detector.unitsPerDay > 0);
  while (open.length > 0) {
    const weights = open.reduce((sum, detector) => sum + (detector.weight ?? 1), 0);
    const wanted = (detector: BudgetedDetector) => (left * (detector.weight ?? 1)) / weights / detector.unitsPerDay;
    const limited = open.filter((detector) => wanted(detector) >= (detector.mostRate ?? MOST_RATE));
    if (limited.length === 0) {
      for (const detector of open) rates.set(detector.name, wanted(detector));
      break;
    }
    for (const detector of limited) rates.set(detector.name, detector.mostRate ?? MOST_RATE);
    left -= limited.reduce((sum, detector) => sum + (detector.mostRate ?? MOST_RATE) * detector.unitsPerDay, 0);
    open = open.filter((detector) => !limited.includes(detector));
  }
  return detectors.map(({ name, unitsPerDay, calibrationSize, mostRate }) => {
    const rate = rates.get(name) ?? mostRate ?? MOST_RATE;
    return { name, rate, perDay: rate * unitsPerDay, unitsPerDay, extrapolated: rate < smallestRate(calibrationSize) };
  });
}
