import type { TenantConfig } from '../config/index.ts';
import type { Logger, Micros } from '../core/index.ts';
import type { Lane } from './lane/lane.ts';
import type { PipelineStore } from './pipeline-store.ts';

/** Removes what is past its time. */
export async function expire(
  store: PipelineStore,
  retention: TenantConfig['retention'],
  lanes: readonly { readonly lane: Lane }[],
  now: Micros,
  log: Logger,
): Promise<void> {
  await store.events.retain(retention, now).catch((error: unknown) => log.warn('retention failed', { error: String(error) }));
  await store.series.retain(now - retention.maxAge, retention.seriesBytes);
  // Alerts age by the event time of the source farthest behind, so those of history just read stay.
  const reached = lanes.map(({ lane }) => lane.watermark.value).filter(Number.isFinite);
  const before = Math.min(now, ...reached) - retention.alertAge;
  for (const kept of [store.alerts, store.incidents, store.entities]) await kept.removeBefore(before);
}
