import { correlate, entityId } from '../../alerts/index.ts';
import type { Alert, Entity, Incident, Micros } from '../../core/index.ts';
import type { AlertWrite, TenantStore } from '../../store/index.ts';

/** Alerts of other analyses this close in event time are looked at together. */
const AROUND: Micros = 6 * 3_600_000_000;
const PAGE = 1000;
const MOST_ALERTS = 20_000;

/** Keeps what a one-shot analysis found; `knownAt` by the wall clock. Returns the incidents that its alerts are part of. */
export async function saveFound(store: TenantStore, found: readonly AlertWrite[], knownAt: Micros): Promise<readonly Incident[]> {
  await store.alerts.save(found, knownAt);
  const alerts = found.map(({ alert }) => alert);
  return saveCorrelated(store, alerts, knownAt);
}

/**
 * Alerts of one-shot analyses make incidents together with those of other analyses around the same time (a capture and the log of
 * a sensor that watched it), and count against the entities they are about. The same alerts again give the same again.
 */
async function saveCorrelated(store: TenantStore, alerts: readonly Alert[], knownAt: Micros): Promise<readonly Incident[]> {
  const ends = alerts.flatMap(({ detection: { start, end } }) => [start, end]).filter(Number.isFinite);
  if (ends.length === 0) return [];
  const all = await withNeighbours(store, alerts, least(ends) - AROUND, most(ends) + AROUND);
  const ids = new Set(all.map(({ id }) => id));
  const rules = await store.expectations.inForce();
  const { incidents, entities } = correlate(store.id, all, rules, await knownBesides(store, all, ids));
  const saved = await Promise.all(incidents.map((incident) => replacing(store, incident, ids)));
  await store.incidents.save(saved, knownAt);
  await store.entities.save(entities, knownAt);
  return saved;
}

async function withNeighbours(store: TenantStore, alerts: readonly Alert[], from: Micros, to: Micros): Promise<Alert[]> {
  const all = new Map(alerts.map((alert) => [alert.id, alert]));
  let cursor: string | undefined;
  do {
    const page = await store.alerts.list({ from, to, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    for (const alert of page.items) if (alert.detection.lineage.epoch === 0 && !all.has(alert.id)) all.set(alert.id, alert);
    cursor = page.cursor;
  } while (cursor !== undefined && all.size < MOST_ALERTS);
  return [...all.values()];
}

/** What is known of the entities from other alerts than these. */
async function knownBesides(store: TenantStore, alerts: readonly Alert[], ids: ReadonlySet<string>): Promise<Entity[]> {
  const known: Entity[] = [];
  for (const name of new Set(alerts.map(({ detection }) => detection.entity))) {
    const entity = await store.entities.get(entityId(name));
    if (entity === undefined) continue;
    const evidence = entity.evidence.filter(({ alertId }) => !ids.has(alertId));
    known.push({ ...entity, evidence, alerts: evidence.reduce((sum, { count }) => sum + count, 0) });
  }
  return known;
}

/** Incidents kept before whose alerts are all in this one are part of it from now on. */
async function replacing(store: TenantStore, incident: Incident, ids: ReadonlySet<string>): Promise<Incident> {
  const own = new Set(incident.evidence.map(({ alertId }) => alertId));
  const merged = new Set(incident.merged);
  for (const host of incident.hosts.slice(0, 20)) {
    for (const { id, evidence } of await store.incidents.ofHost(host, 50)) {
      const isPart =
        id !== incident.id && evidence.every(({ alertId }) => ids.has(alertId)) && evidence.some(({ alertId }) => own.has(alertId));
      if (isPart) merged.add(id);
    }
  }
  return { ...incident, merged: [...merged] };
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}
