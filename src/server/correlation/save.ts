import { correlate, entityId } from '../../alerts/index.ts';
import type { Alert, Entity, Incident } from '../../core/index.ts';
import type { TenantStore } from '../../store/index.ts';

/** The alerts of a one-shot analysis make incidents of their own and count against the entities they are about. */
export async function saveCorrelated(store: TenantStore, alerts: readonly Alert[]): Promise<readonly Incident[]> {
  if (alerts.length === 0) return [];
  const known: Entity[] = [];
  for (const name of new Set(alerts.map(({ detection }) => detection.entity))) {
    const entity = await store.entities.get(entityId(name));
    if (entity !== undefined) known.push(entity);
  }
  const { incidents, entities } = correlate(store.id, alerts, await store.expectations.inForce(), known);
  await store.incidents.save(incidents);
  await store.entities.save(entities);
  return incidents;
}
