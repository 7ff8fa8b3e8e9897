import { decayed, ExpectedRules, entityId, RISK_LEVELS, rankOfRisk, ratedEntity, riskOf } from '../../alerts/index.ts';
import {
  type Alert,
  type Entity,
  type EntityVerdict,
  type HandledIncident,
  type Micros,
  type RatedEntity,
  VedetteError,
} from '../../core/index.ts';
import type { EntityQuery, Page, RiskPoint, TenantStore } from '../../store/index.ts';

/** An entity with everything that a person asks about it. */
export interface EntityDossier extends RatedEntity {
  readonly history: readonly { readonly at: Micros; readonly risk: number }[];
  readonly facts: readonly { readonly at: Micros; readonly fact: string }[];
  readonly recentAlerts: readonly Alert[];
  readonly incidents: readonly HandledIncident[];
}

export interface EntityPage extends Page<RatedEntity> {
  readonly counts: Readonly<Record<EntityVerdict, number>>;
  /** Risks are as of then; null where no entity was seen. */
  readonly asOf: Micros | null;
}

export interface EntityOperations {
  listEntities(query: EntityQuery): Promise<EntityPage>;
  /** By id or by name; INPUT_MISSING when there is none. */
  getEntity(id: string): Promise<EntityDossier>;
}

const RECENT_ALERTS = 50;
const RECENT_INCIDENTS = 20;
/** Points of the curve of a risk, besides those where it rose. */
const CURVE = 120;

export function entityOperations(store: TenantStore, now: () => Micros): EntityOperations {
  /** Risks are as of the event time that the pipeline has reached; without a pipeline, of their evidence. */
  const asOf = async (): Promise<Micros | undefined> => {
    const clock = await store.entities.clock();
    return clock === undefined ? undefined : clock.event + Math.max(0, now() - clock.wall);
  };
  const marked = async (entity: Entity, at: Micros): Promise<RatedEntity> => {
    const rules = new ExpectedRules(await store.expectations.inForce());
    const evidence = entity.evidence.map((one) => ({
      ...one,
      weight: decayed(one.weight, one.at, at),
      ...(rules.covers(one.type, entity.name) ? { expected: true as const } : {}),
    }));
    return { ...ratedEntity(entity, at), evidence };
  };
  return {
    async listEntities({ verdict, ...query }) {
      const at = await asOf();
      const reference = at ?? (await latest(store));
      const ranks = [rankOfRisk(RISK_LEVELS.suspicious, reference), rankOfRisk(RISK_LEVELS.harmful, reference), -2e9];
      const minRank = verdict === 'harmful' ? ranks[1] : verdict === 'suspicious' ? ranks[0] : undefined;
      const page = await store.entities.list({ ...query, ...(minRank === undefined ? {} : { minRank }) });
      const [risky = 0, harmful = 0, all = 0] = await store.entities.counts(ranks);
      const items = await Promise.all(page.items.map((entity) => marked(entity, reference)));
      return {
        ...page,
        items,
        asOf: reference === 0 ? null : reference,
        counts: { safe: all - risky, suspicious: risky - harmful, harmful },
      };
    },
    async getEntity(id) {
      const entity = (await store.entities.get(id)) ?? (await store.entities.get(entityId(id)));
      if (entity === undefined)
        throw new VedetteError('INPUT_MISSING', `${JSON.stringify(id)} is no entity that was seen`, {
          hint: '`vedette entities list` shows those there are.',
        });
      const at = (await asOf()) ?? (await latest(store));
      const { items } = await store.alerts.list({ entity: entity.name, limit: RECENT_ALERTS });
      return {
        ...(await marked(entity, at)),
        history: curveOf(await store.entities.history(entity.id), at),
        facts: factsOf(entity),
        recentAlerts: items,
        incidents: await store.incidents.ofHost(entity.name, RECENT_INCIDENTS),
      };
    },
  };
}

async function latest(store: TenantStore): Promise<Micros> {
  const { items } = await store.entities.list({ limit: 1 });
  return items[0]?.at ?? 0;
}

/** Where evidence came the risk rose; between that it falls by its half-life. */
function curveOf(points: readonly RiskPoint[], now: Micros): { at: Micros; risk: number }[] {
  const [first] = points;
  if (first === undefined) return [];
  const step = Math.max(1, (now - first.at) / CURVE);
  const times = new Set(points.map(({ at }) => at));
  for (let at = first.at; at < now; at += step) times.add(Math.round(at));
  times.add(Math.max(now, first.at));
  let next = 0;
  let last: RiskPoint = { at: first.at, weight: 0 };
  return [...times]
    .sort((a, b) => a - b)
    .map((at) => {
      while (next < points.length && (points[next]?.at ?? Infinity) <= at) last = points[next++] as RiskPoint;
      return { at, risk: riskOf(decayed(last.weight, last.at, at)) };
    });
}

function factsOf({ firstSeen, evidence }: Entity): { at: Micros; fact: string }[] {
  const found = evidence.map(({ first, title, detector }) => ({ at: first, fact: `first ${detector} alert: ${title}` }));
  return [{ at: firstSeen, fact: 'first seen' }, ...found].sort((a, b) => a.at - b.at);
}
