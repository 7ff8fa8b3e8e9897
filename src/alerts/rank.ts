import type { Alert } from '../core/index.ts';
import { order } from './group.ts';

export interface AlertGroup {
  readonly id: string;
  /** Most severe first. */
  readonly alerts: readonly Alert[];
  readonly severity: number;
  /** Units folded into the alerts. */
  readonly units: number;
}

/** Severity, then rarity, then earliest, then id: a total order, the same on every run. */
export function compareAlerts(a: Alert, b: Alert): number {
  return (
    b.detection.severity - a.detection.severity ||
    finite(a.detection.pValue) - finite(b.detection.pValue) ||
    finite(a.detection.start) - finite(b.detection.start) ||
    order(a.id, b.id)
  );
}

/** Groups of like alerts, the group with the most severe alert first; between equals the rarer pattern (fewer units). */
export function rankGroups(alerts: readonly Alert[]): AlertGroup[] {
  const byGroup = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const members = byGroup.get(alert.group);
    if (members === undefined) byGroup.set(alert.group, [alert]);
    else members.push(alert);
  }
  const groups = [...byGroup].map(([id, members]): AlertGroup => {
    const ranked = [...members].sort(compareAlerts);
    return { id, alerts: ranked, severity: ranked[0]?.detection.severity ?? 0, units: ranked.reduce((sum, one) => sum + one.count, 0) };
  });
  return groups.sort((a, b) => b.severity - a.severity || a.units - b.units || order(a.id, b.id));
}

function finite(value: number): number {
  return Number.isNaN(value) ? Number.MAX_VALUE : value;
}
