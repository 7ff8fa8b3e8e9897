import type { Alert, Detection } from '../../core/index.ts';
import type { AlertObservation } from './observation.ts';
import { tacticOfTechniques } from './tactics.ts';

/**
 * One of vedette's own alerts as the incident engine sees it: the type is what like findings share, the host is the entity, the time
 * is the end of the unit, when it could be known.
 * `detection` is the finding that raised it now, where it isn't the one that the alert shows; the title is the alert's.
 */
export function observationOf(
  { id, group, ...alert }: Alert,
  detection: Detection = alert.detection,
  change: 'new' | 'again' | 'rescored' = 'new',
): AlertObservation {
  const tactic = tacticOfTechniques(detection.techniques);
  return {
    id,
    ...spanOf(detection),
    detector: detection.detector,
    type: group,
    title: alert.detection.title,
    host: detection.entity,
    severity: detection.severity,
    ...(detection.severity === alert.detection.severity ? {} : { alertSeverity: alert.detection.severity }),
    ...(change === 'new' ? {} : { change }),
    techniques: detection.techniques,
    ...(detection.related === undefined ? {} : { related: detection.related }),
    ...(detection.targets === undefined ? {} : { targets: detection.targets }),
    ...(detection.user === undefined ? {} : { user: detection.user }),
    ...(tactic === undefined ? {} : { tactic }),
  };
}

function spanOf({ start, end }: Detection): Pick<AlertObservation, 'start' | 'time'> {
  if (!Number.isFinite(end)) return { time: start };
  return start < end ? { start, time: end } : { time: end };
}
