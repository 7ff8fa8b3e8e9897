import { type Alert, canonicalJson } from '../../core/index.ts';
import { ecsOf } from './ecs.ts';
import { ocsfDetectionFinding } from './ocsf.ts';

/** Forms in which an alert is one JSON object: as it is, Elastic Common Schema, OCSF Detection Finding. */
export const JSON_FORMS = ['vedette', 'ecs', 'ocsf'] as const;
export type JsonForm = (typeof JSON_FORMS)[number];

/** One line, keys sorted. */
export function jsonForm(alert: Alert, form: JsonForm): string {
  if (form === 'ecs') return canonicalJson(ecsOf(alert));
  return canonicalJson(form === 'ocsf' ? ocsfDetectionFinding(alert) : alert);
}
