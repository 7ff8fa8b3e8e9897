import type { AlertObservation } from './observation.ts';

/** Titles of alerts that only say that another sensor raised alerts; counted, never evidence. */
const ECHOES: readonly { readonly detector: string; readonly prefix: string }[] = [
  { detector: 'wazuh', prefix: 'IDS event' },
  { detector: 'wazuh', prefix: 'First time this IDS alert is generated' },
  { detector: 'wazuh', prefix: 'Multiple IDS alerts for same id' },
  { detector: 'wazuh', prefix: 'Multiple IDS events from same source ip' },
];

/** True for an alert that repackages another one: it would count the same observation twice. */
export function isEcho(alert: AlertObservation): boolean {
  if (alert.parent !== undefined) return true;
  const detector = alert.detector.toLowerCase();
  return ECHOES.some((echo) => echo.detector === detector && alert.title.startsWith(echo.prefix));
}
