import {
  decayed,
  ExpectedRules,
  entityId,
  OPEN_FLOORS,
  RISK_LEVELS,
  rankOfRisk,
  ratedEntity,
  riskOf,
  weightOf,
} from '../../alerts/index.ts';
import {
  type Alert,
  type Entity,
  type EntityVerdict,
  type HandledIncident,
  type Micros,
  type OpenAlerts,
  type RatedEntity,
  VedetteError,
} from '../../core/index.ts';
import { decodeCursor, type EntityQuery, encodeCursor, type Page, type RiskPoint, type TenantStore } from '../../store/index.ts';
import { type Place, type PlaceOf, placesIn } from './own-devices.ts';

/** An entity with its risk, and whether it is one of the tenant's own. */
export interface PlacedEntity extends RatedEntity {
  readonly place: Place;
}

/** An entity with everything that a person asks about it. */
export interface EntityDossier extends PlacedEntity {
  /** The event time of its risk. */
  readonly asOf: Micros;
  readonly history: readonly { readonly at: Micros; readonly risk: number }[];
  readonly facts: readonly { readonly at: Micros; readonly fact: string }[];
  readonly recentAlerts: readonly Alert[];
  readonly incidents: readonly HandledIncident[];
}

export interface EntityPage extends Page<PlacedEntity> {
  readonly counts: Readonly<Record<EntityVerdict, number>>;
  /** Risks are as of then; null where no entity was seen. */
  readonly asOf: Micros | null;
}

export interface EntityOperations {
  listEntities(query: EntityQuery): Promise<EntityPage>;
  /** By id or by name; INPUT_MISSING when there is none. */
  getEntity(id: string): Promise<EntityDossier>;
}

export interface LocalEntities extends EntityOperations {
  /** All that are not safe, the riskiest first; at most 20,000. */
  risky(): Promise<readonly PlacedEntity[]>;
}

const RECENT_ALERTS = 50;
const RECENT_INCIDENTS = 20;
/** Points of the curve of a risk, besides those where it rose. */
const CURVE = 120;
const PAGE = 100;

/** How bad a verdict is. */
const ORDER: Readonly<Record<EntityVerdict, number>> = { safe: 0, suspicious: 1, attacked: 2, harmful: 3 };

export function entityOperations(store: TenantStore, now: () => Micros, placeOf: PlaceOf = placesIn()): LocalEntities {
  /** Risks are as of the event time that the pipeline has reached; without a pipeline, of their evidence. */
  const asOf = async (): Promise<Micros> => {
    const clock = await store.entities.clock();
    return clock === undefined ? latest(store) : clock.event + Math.max(0, now() - clock.wall);
  };
  const rules = async (): Promise<ExpectedRules> => new ExpectedRules(await store.expectations.inForce());
  const marked = (entity: Entity, at: Micros, expected: ExpectedRules, open?: OpenAlerts): PlacedEntity => {
    const place = placeOf(entity.name);
    const rated = place === 'own' ? ratedEntity(entity, at, open) : ratedEntity(withoutAims(entity), at, open && { ...open, target: 0 });
    const evidence = entity.evidence.map((one) => ({
      ...one,
      weight: decayed(one.weight, one.at, at),
      ...(expected.covers(one.type, entity.name) ? { expected: true as const } : {}),
    }));
    return { ...rated, weight: entity.weight, evidence, place };
  };
  const riskyAt = async (at: Micros, expected: ExpectedRules): Promise<PlacedEntity[]> => {
    const minRank = rankOfRisk(RISK_LEVELS.suspicious, at);
    const found = await store.entities.risky({ minRank, floors: OPEN_FLOORS });
    const rated = found.map(({ entity, open }) => marked(entity, at, expected, open));
    return rated.filter(({ verdict }) => verdict !== 'safe').sort((a, b) => b.risk - a.risk || (a.name < b.name ? -1 : 1));
  };
  return {
    async risky() {
      const at = await asOf();
      return at === 0 ? [] : riskyAt(at, await rules());
    },
    /** Those that are not safe come first, then the rest by what is left of their weight. */
    async listEntities({ verdict, name, limit = PAGE, cursor }) {
      const [at, after, rest] = cursor === undefined ? [await asOf(), 0, null] : placeIn(cursor);
      const expected = await rules();
      const risky = await riskyAt(at, expected);
      const [all = 0] = await store.entities.counts([-2e9]);
      const counts = { safe: all - risky.length, suspicious: 0, attacked: 0, harmful: 0 };
      for (const one of risky) counts[one.verdict] += 1;
      const wanted = risky.filter(
        (one) =>
          (verdict === undefined || ORDER[one.verdict] >= ORDER[verdict]) &&
          (name === undefined || one.name.toLowerCase().includes(name.toLowerCase())),
      );
      const items = rest === null ? wanted.slice(after, after + limit) : [];
      const answer = { counts, asOf: at === 0 ? null : at };
      if (rest === null && wanted.length > after + limit) return { ...answer, items, cursor: encodeCursor([at, after + limit, null]) };
      if (verdict !== undefined && verdict !== 'safe') return { ...answer, items };
      const left = limit - items.length;
      if (left === 0) return { ...answer, items, cursor: encodeCursor([at, wanted.length, '']) };
      const page = await store.entities.list({
        ...{ limit: left, without: risky.map((one) => one.name) },
        ...(name === undefined ? {} : { name }),
        ...(rest === null || rest === '' ? {} : { cursor: rest }),
      });
      const safe = page.items.map((entity) => marked(entity, at, expected));
      const next = page.cursor === undefined ? {} : { cursor: encodeCursor([at, wanted.length, page.cursor]) };
      return { ...answer, items: [...items, ...safe], ...next };
    },
    async getEntity(id) {
      const entity = (await store.entities.get(id)) ?? (await store.entities.get(entityId(id)));
      if (entity === undefined)
        throw new VedetteError('INPUT_MISSING', `${JSON.stringify(id)} is no entity that was seen`, {
          hint: '`vedette entities list` shows those there are.',
        });
      const at = await asOf();
      const open = (await store.entities.openAlerts(OPEN_FLOORS, entity.name)).get(entity.name);
      const { items } = await store.alerts.list({ entity: entity.name, limit: RECENT_ALERTS });
      const rated = marked(entity, at, await rules(), open);
      const floor = rated.place === 'own' ? Math.max(open?.own ?? 0, open?.target ?? 0) : (open?.own ?? 0);
      return {
        ...rated,
        asOf: at,
        history: curveOf(await store.entities.history(entity.id), at, { weight: floor, since: open?.since ?? 0 }),
        facts: factsOf(entity),
        recentAlerts: items,
        incidents: await store.incidents.ofHost(entity.name, RECENT_INCIDENTS),
      };
    },
  };
}

/** Where a page goes on: the time that its risks are as of, how many risky ones came before, and where the safe ones are, if they are. */
function placeIn(cursor: string): [at: Micros, after: number, rest: string | null] {
  const parts = decodeCursor(cursor, ['number', 'number', 'string|null']);
  return parts as unknown as [Micros, number, string | null];
}

/** What is done to somebody else's device is not the tenant's concern. */
function withoutAims(entity: Entity): Entity {
  const aims = entity.evidence.filter(({ role }) => role === 'target');
  if (aims.length === 0) return entity;
  return {
    ...entity,
    weight: Math.max(0, entity.weight - weightOf(aims, entity.at)),
    evidence: entity.evidence.filter((one) => !aims.includes(one)),
  };
}

async function latest(store: TenantStore): Promise<Micros> {
  const { items } = await store.entities.list({ limit: 1 });
  return items[0]?.at ?? 0;
}

/** Where evidence came the risk rose; between that it falls by its half-life, to what its open alerts leave from `since` on. */
function curveOf(
  points: readonly RiskPoint[],
  now: Micros,
  floor: { readonly weight: number; readonly since: Micros },
): { at: Micros; risk: number }[] {
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
      return { at, risk: riskOf(Math.max(decayed(last.weight, last.at, at), at >= floor.since ? floor.weight : 0)) };
    });
}

function factsOf({ firstSeen, evidence }: Entity): { at: Micros; fact: string }[] {
  const found = evidence.map(({ first, title, detector, role }) => ({
    at: first,
    fact: `first ${detector} alert${role === 'target' ? ' against it' : ''}: ${title}`,
  }));
  return [{ at: firstSeen, fact: 'first seen' }, ...found].sort((a, b) => a.at - b.at);
}
