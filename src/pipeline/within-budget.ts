import { type BudgetedDetector, divideBudget } from '../alerts/index.ts';
import type { Micros } from '../core/index.ts';
import type { Finding, Lane } from './lane/lane.ts';
import type { LaneScorer } from './lane/lane-scorer.ts';

/** Share of the alert budget of a detector that learns as it goes, next to one of sessions. */
const STREAM_WEIGHT = 0.5;
/** Detectors of one source are judged one after another: what all of them have seen lies this long before what one of them has. */
const ALL_SEEN: Micros = 3_600_000_000;

/**
 * People are told of what the source's budget (expected false alerts a day) allows; the rest is only listed. A rule promises
 * nothing: told by severity. Volumes are those that were known at the finding's event time, so that batches do not matter; a detector whose volume is
 * not known yet keeps its share.
 */
export function withinBudget(lane: Pick<Lane, 'scorers'>, finding: Pick<Finding, 'detection' | 'scorer' | 'at'>, perDay: number): boolean {
  const { detection } = finding;
  if (Number.isNaN(detection.pValue)) return true;
  const detectors = detectorsOf(lane, finding);
  const weightOf = (some: readonly BudgetedDetector[]) => some.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const known = weightOf(detectors.filter(({ unitsPerDay }) => unitsPerDay > 0)) / weightOf(detectors);
  const share = divideBudget(perDay * known, detectors).find(({ name }) => name === detection.detector);
  return detection.pValue <= (share?.rate ?? 0);
}

/** Each detector once, also where the source has several log formats and it runs on each. */
function detectorsOf(lane: Pick<Lane, 'scorers'>, finding: Pick<Finding, 'scorer' | 'at'>): BudgetedDetector[] {
  const byName = new Map<string, BudgetedDetector>();
  for (const scorer of lane.scorers) {
    const { options, detector, calibrationSize } = scorer;
    const other = byName.get(options.detector);
    byName.set(options.detector, {
      name: options.detector,
      unitsPerDay: (unitsPerDay(scorer, finding) ?? 0) + (other?.unitsPerDay ?? 0),
      calibrationSize: Math.min(calibrationSize, other?.calibrationSize ?? calibrationSize),
      mostRate: options.rate,
      weight: detector.shape === 'sequences' ? 1 : STREAM_WEIGHT,
    });
  }
  return [...byName.values()];
}

function unitsPerDay(scorer: LaneScorer, { scorer: own, at }: Pick<Finding, 'scorer' | 'at'>): number | undefined {
  if (scorer.volumes === undefined || at === undefined) return scorer.unitsPerDay;
  return scorer.volumes.asOf(scorer === own ? at : at - ALL_SEEN);
}
