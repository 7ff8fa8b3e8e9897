import { type HandledAlert, VedetteError } from '../core/index.ts';
import type { TenantStore } from '../store/index.ts';

/** The alert of an id, or of the only id that begins so. */
export async function resolveAlert({ id: tenant, alerts }: TenantStore, id: string): Promise<HandledAlert> {
  const exact = await alerts.get(id);
  if (exact !== undefined) return exact;
  const [first, second] = id.length >= 4 ? await alerts.find(id) : [];
  const found = first === undefined || second !== undefined ? undefined : await alerts.get(first);
  if (found !== undefined) return found;
  const problem = second === undefined ? `is no alert of tenant ${tenant}` : 'begins more than one alert id';
  throw new VedetteError('ALERT_MISSING', `${id} ${problem}`, { hint: 'List the ids with `vedette alerts list`.' });
}
