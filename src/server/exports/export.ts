import type { TenantConfig } from '../../config/index.ts';
import type { Alert, HandledIncident } from '../../core/index.ts';
import {
  ecsOf,
  ocsfDetectionFinding,
  ocsfIncidentFinding,
  pdfOfAlert,
  pdfOfIncident,
  stixOfAlert,
  stixOfIncident,
} from '../../sinks/index.ts';
import type { TenantStore } from '../../store/index.ts';
import { plain } from '../handlers/handler.ts';
import { evidenceTexts } from './evidence-texts.ts';
import type { AlertFormat, IncidentFormat } from './formats.ts';

/** Evidence of an incident whose alerts are taken along. */
const MOST_ALERTS = 100;

/** The bytes of a downloaded alert. `tenant`: its configuration, where there is one. */
export async function exportedAlert(
  store: TenantStore,
  alert: Alert,
  format: AlertFormat,
  tenant: TenantConfig | undefined,
): Promise<Buffer> {
  switch (format) {
    case 'stix':
      return json(stixOfAlert(alert));
    case 'ocsf':
      return json(ocsfDetectionFinding(alert));
    case 'ecs':
      return json(ecsOf(alert));
    case 'pdf':
      return pdfOfAlert(alert, await evidenceTexts(store, alert, tenant));
    case 'json':
      return json({ alert, lines: await evidenceTexts(store, alert, tenant), labels: await store.labels.log(alert.id) });
  }
}

/** The bytes of a downloaded incident. */
export async function exportedIncident(
  store: TenantStore,
  incident: HandledIncident,
  format: IncidentFormat,
  program: string,
): Promise<Buffer> {
  if (format === 'ocsf') return json(ocsfIncidentFinding(incident, program));
  if (format === 'pdf') return pdfOfIncident(incident, program);
  const ids = [...new Set(incident.evidence.map(({ alertId }) => alertId))].slice(0, MOST_ALERTS);
  const alerts = (await Promise.all(ids.map((id) => store.alerts.get(id)))).filter((alert) => alert !== undefined);
  return json(format === 'stix' ? stixOfIncident(incident, alerts) : { incident, alerts });
}

const json = (content: unknown): Buffer => Buffer.from(`${JSON.stringify(plain(content), null, 2)}\n`);
