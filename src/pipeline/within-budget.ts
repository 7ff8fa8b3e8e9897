import { divideBudget } from '../alerts/index.ts';
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
  const measured = lane.scorers.map(({ options, detector, unitsPerDay, calibrationSize }) => ({
    name: options.detector,
    unitsPerDay: unitsPerDay ?? 0,
    calibrationSize,
    mostRate: options.rate,
    weight: detector.shape === 'sequences' ? 1 : STREAM_WEIGHT,
  }));
  const share = divideBudget(perDay, measured).find(({ name }) => name === detection.detector);
  return detection.pValue <= (share?.rate ?? 0);
}
