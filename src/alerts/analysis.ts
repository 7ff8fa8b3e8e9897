import type { Alert, Detection } from '../core/index.ts';
import { AlertFolder, type FoldOptions } from './fold.ts';
import { order } from './group.ts';
import { compareAlerts } from './rank.ts';

/**
 * All alerts of a finished analysis, ranked. Every flagged unit stays an alert of its own, as groups already show like ones
 * together; detections fold in event time. Nobody is notified: who had it analysed reads the report. Does not depend on the order of
 * `detections`.
 */
export function alertsOf(
  tenant: string,
  detections: readonly Detection[],
  options: { readonly fold?: Partial<FoldOptions> } = {},
): Alert[] {
  const folder = new AlertFolder(tenant, { foldBy: 'key', capacity: Number.POSITIVE_INFINITY, ...options.fold });
  const byTime = [...detections].sort((a, b) => at(a) - at(b) || order(a.id, b.id));
  const alerts = new Map<string, Alert>();
  for (const detection of byTime) {
    const { alert } = folder.fold(detection);
    alerts.set(alert.id, alert);
  }
  return [...alerts.values()].sort(compareAlerts);
}

function at(detection: Detection): number {
  return Number.isFinite(detection.start) ? detection.start : 0;
}
