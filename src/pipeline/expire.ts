import type { TenantConfig } from '../config/index.ts';
import type { Micros } from '../core/index.ts';
import type { PipelineStore } from './pipeline-store.ts';

export interface Expired {
  readonly removedFiles: number;
  readonly removedBytes: number;
  /** Past their time, but an alert needs them. */
  readonly heldBytes: number;
  readonly removedAlerts: number;
}

/** Removes what is past its time. */
export async function expire(
  store: Pick<PipelineStore, 'events' | 'series' | 'alerts' | 'incidents' | 'entities'>,
  retention: TenantConfig['retention'],
  now: Micros,
): Promise<Expired> {
  const before = now - retention.alertAge;
  const removedAlerts = await store.alerts.removeBefore(before);
  for (const kept of [store.incidents, store.entities]) await kept.removeBefore(before);
  await store.series.retain(now - retention.maxAge, retention.seriesBytes);
  return { ...(await store.events.retain(retention, now)), removedAlerts };
}
