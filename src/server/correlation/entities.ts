import { decayed, ExpectedRules, entityId, OPEN_FLOORS, riskOf } from '../../alerts/index.ts';
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
import type { EntityQuery, Page, RiskPoint, TenantStore } from '../../store/index.ts';
import { after, comparing, cursorAt, matching, placeIn } from './entity-order.ts';
import { type Place, type PlaceOf, placesIn } from './own-devices.ts';
import { type RatedRow, ratedAt, ratedEntities } from './rated-entities.ts';

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

/** A row of the list: an entity with how many of the stored events it wrote. */
export interface ListedEntity extends PlacedEntity {
  readonly events: number;
}

export interface EntityPage extends Page<ListedEntity> {
  /** How many match the query. */
  readonly total: number;
  /** Of each verdict, whatever the query. */
  readonly counts: Readonly<Record<EntityVerdict, number>>;
  /** Entities beyond those that can be listed; nothing open speaks against them. */
  readonly unlisted: number;
  /** Risks are as of then; null where no entity was seen. */
  readonly asOf: Micros | null;
}

export interface EntityOperations {
  listEntities(query: EntityQuery): Promise<EntityPage>;
  /** By id or by name; INPUT_MISSING when there is none. */
  getEntity(id: string): Promise<EntityDossier>;
}

export interface LocalEntities extends EntityOperations {
  /** How many there are of each place and verdict. */
  counts(): Promise<Readonly<Record<Place, Readonly<Record<EntityVerdict, number>>>>>;
}

const RECENT_ALERTS = 50;
const RECENT_INCIDENTS = 20;
/** Points of the curve of a risk, besides those where it rose. */
const CURVE = 120;
const PAGE = 100;

const NONE: Readonly<Record<EntityVerdict, number>> = { safe: 0, suspicious: 0, attacked: 0, harmful: 0 };

export function entityOperations(store: TenantStore, now: () => Micros, placeOf: PlaceOf = placesIn()): LocalEntities {
  /** Risks are as of the event time that the pipeline has reached; without a pipeline, of their evidence. */
  const asOf = async (): Promise<Micros> => {
    const clock = await store.entities.clock();
    return clock === undefined ? store.entities.latest() : clock.event + Math.max(0, now() - clock.wall);
  };
  const rules = async (): Promise<ExpectedRules> => new ExpectedRules(await store.expectations.inForce());
  const marked = (entity: Entity, at: Micros, expected: ExpectedRules, open?: OpenAlerts): PlacedEntity => {
    const place = placeOf(entity.name);
    const evidence = entity.evidence.map((one) => ({
      ...one,
      weight: decayed(one.weight, one.at, at),
      ...(expected.covers(one.type, entity.name) ? { expected: true as const } : {}),
    }));
    return { ...ratedAt(entity, at, place, open), weight: entity.weight, evidence, place };
  };
  /** Rows of the list with all that is known of them. */
  const filled = async (rows: readonly RatedRow[], at: Micros): Promise<ListedEntity[]> => {
    const found = new Map((await store.entities.named(rows.map(({ name }) => name))).map((one) => [one.name, one]));
    const expected = await rules();
    return rows.map(({ standing: { aims, open, ...standing }, events, lastSeen }) => {
      const entity = found.get(standing.name) ?? { ...standing, evidence: aims };
      return { ...marked({ ...entity, lastSeen }, at, expected, open), events };
    });
  };
  return {
    async counts() {
      const { rows } = await ratedEntities(store).at(await asOf(), placeOf);
      const counts = { own: { ...NONE }, outside: { ...NONE } };
      for (const { place, verdict } of rows) counts[place][verdict] += 1;
      return counts;
    },
    async listEntities(query) {
      const { sort = 'risk', order = sort === 'name' ? 'asc' : 'desc', limit = PAGE, cursor } = query;
      const from = cursor === undefined ? undefined : placeIn(cursor);
      const { at, rows, unlisted } = await ratedEntities(store).at(from?.at ?? (await asOf()), placeOf, from !== undefined);
      const counts = { ...NONE };
      for (const { verdict } of rows) counts[verdict] += 1;
      const compare = comparing(sort, order);
      const wanted = rows.filter(matching(query)).sort(compare);
      const start = from === undefined ? 0 : after(wanted, from, compare);
      const page = wanted.slice(start, start + limit);
      const last = page.at(-1);
      return {
        ...{ counts, unlisted, total: wanted.length, asOf: rows.length === 0 ? null : at },
        items: await filled(page, at),
        ...(last !== undefined && wanted.length > start + limit ? { cursor: cursorAt(at, last) } : {}),
      };
    },
    async getEntity(id) {
      const entity = (await store.entities.get(id)) ?? (await store.entities.get(entityId(id)));
      if (entity === undefined)
        throw new VedetteError('INPUT_MISSING', `${JSON.stringify(id)} is no entity that was seen`, {
          hint: '`vedette entities list` shows those there are.',
        });
      const at = await asOf();
      const open = await store.entities.openAlerts(OPEN_FLOORS, entity.name);
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
