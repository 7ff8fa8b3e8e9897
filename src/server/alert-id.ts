import { type Alert, VedetteError } from '../core/index.ts';
import type { TenantStore } from '../store/index.ts';

const PAGE = 500;

/** The alert of an id, or of the only id that begins so. */
export async function resolveAlert(tenant: TenantStore, id: string): Promise<Alert> {
  const exact = await tenant.alerts.get(id);
  if (exact !== undefined) return exact;
  const matches: Alert[] = [];
  if (id.length >= 4) {
    let cursor: string | undefined;
    do {
      const page = await tenant.alerts.list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
      for (const alert of page.items) if (alert.id.startsWith(id)) matches.push(alert);
      cursor = page.cursor;
    } while (cursor !== undefined && matches.length < 2);
  }
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return only;
  const problem = matches.length > 1 ? 'begins more than one alert id' : `is no alert of tenant ${tenant.id}`;
  throw new VedetteError('ALERT_MISSING', `${id} ${problem}`, { hint: 'List the ids with `vedette alerts list`.' });
}
