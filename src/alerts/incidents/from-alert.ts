import type { Alert } from '../../core/index.ts';
import type { AlertObservation } from './observation.ts';
import { tacticOfTechniques } from './tactics.ts';

/** One of vedette's own alerts as the incident engine sees it: the type is what like findings share, the host is the entity. */
export function observationOf({ id, group, detection }: Alert): AlertObservation {
  const tactic = tacticOfTechniques(detection.techniques);
  return {
    id,
    time: detection.start,
    detector: detection.detector,
    type: group,
    title: detection.title,
    host: detection.entity,
    severity: detection.severity,
    techniques: detection.techniques,
    ...(tactic === undefined ? {} : { tactic }),
  };
}
