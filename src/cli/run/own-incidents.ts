import type { Alert, Incident } from '../../core/index.ts';

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
