import type { Alert, Incident } from '../../core/index.ts';
import type { IncidentOutline } from '../../server/index.ts';

/** An incident that an analysis contributed to. */
export interface OwnIncident extends IncidentOutline {
  /** Alerts of earlier analyses are part of it too. */
  readonly shared: boolean;
}

/** The incident is told of with an alert that is none of these. */
export function isShared({ evidence, timeline }: Incident, alerts: readonly Alert[]): boolean {
  const own = new Set(alerts.map(({ id }) => id));
  return [...evidence, ...timeline].some(({ alertId }) => !own.has(alertId));
}

/**
 * Whether one of the alerts is part of an incident, which names the most surprising alert of each type and host; others of that kind
 * within its time joined it too.
 */
export function isPartOf({ start, lastEvidence, evidence, timeline }: Incident, alerts: readonly Alert[]): boolean {
  const named = new Set([...evidence, ...timeline].map(({ alertId }) => alertId));
  const kinds = new Set(evidence.map(({ detector, host, title }) => [detector, host, title].join('|')));
  return alerts.some(({ id, detection: { detector, entity, title, start: at } }) => {
    return named.has(id) || (at >= start && at <= lastEvidence && kinds.has([detector, entity, title].join('|')));
  });
}
