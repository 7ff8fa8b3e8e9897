import { type Alert, type Detection, MICROS_PER_DAY } from '../core/index.ts';
import { AlertFolder, type FoldOptions } from './fold.ts';
import { order } from './group.ts';
import { NotificationPolicy, type NotifyOptions } from './notify.ts';
import { compareAlerts } from './rank.ts';

/**
 * All alerts of a finished analysis, ranked. Every flagged unit stays an alert of its own, as groups already show like ones
 * together; detections fold in event time; within a day the notifications go to the most
 * severe, because here the whole day is known. Does not depend on the order of `detections`.
 */
export function alertsOf(
  tenant: string,
  detections: readonly Detection[],
  options: { readonly fold?: Partial<FoldOptions>; readonly notify?: Partial<NotifyOptions> } = {},
): Alert[] {
  const folder = new AlertFolder(tenant, { foldBy: 'key', capacity: Number.POSITIVE_INFINITY, ...options.fold });
  const byTime = [...detections].sort((a, b) => at(a) - at(b) || order(a.id, b.id));
  const alerts = new Map<string, Alert>();
  for (const detection of byTime) {
    const { alert } = folder.fold(detection);
    alerts.set(alert.id, alert);
  }
  const ranked = [...alerts.values()].sort(compareAlerts);
  const policy = new NotificationPolicy(options.notify);
  const told = new Map<string, Alert>();
  for (const alert of [...ranked].sort((a, b) => day(a) - day(b))) told.set(alert.id, policy.decide(alert));
  return ranked.map((alert) => told.get(alert.id) ?? alert);
}

function at(detection: Detection): number {
  return Number.isFinite(detection.start) ? detection.start : 0;
}

function day(alert: Alert): number {
  return Math.floor(at(alert.detection) / MICROS_PER_DAY);
}
