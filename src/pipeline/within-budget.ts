import { type BudgetedDetector, divideBudget } from '../alerts/index.ts';
import type { Detection } from '../core/index.ts';
import type { Lane } from './lane/lane.ts';

/** Share of the alert budget of a detector that learns as it goes, next to one of sessions. */
const STREAM_WEIGHT = 0.5;

/**
 * People are told of what the source's budget (expected false alerts a day) allows; the rest is only listed. A rule promises
 * nothing: told by severity.
 */
export function withinBudget(lane: Lane, detection: Detection, perDay: number): boolean {
  if (Number.isNaN(detection.pValue)) return true;
  const share = divideBudget(perDay, detectorsOf(lane)).find(({ name }) => name === detection.detector);
  return detection.pValue <= (share?.rate ?? 0);
}

/** Each detector once, also where the source has several log formats and it runs on each. */
function detectorsOf(lane: Lane): BudgetedDetector[] {
  const byName = new Map<string, BudgetedDetector>();
  for (const { options, detector, unitsPerDay = 0, calibrationSize } of lane.scorers) {
    const other = byName.get(options.detector);
    byName.set(options.detector, {
      name: options.detector,
      unitsPerDay: unitsPerDay + (other?.unitsPerDay ?? 0),
      calibrationSize: Math.min(calibrationSize, other?.calibrationSize ?? calibrationSize),
      mostRate: options.rate,
      weight: detector.shape === 'sequences' ? 1 : STREAM_WEIGHT,
    });
  }
  return [...byName.values()];
}
