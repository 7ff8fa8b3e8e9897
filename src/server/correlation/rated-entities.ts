import { entityId, OPEN_FLOORS, ratedEntity, weightOf } from '../../alerts/index.ts';
import type { Entity, EntityVerdict, Micros } from '../../core/index.ts';
import type { EntityStanding, TenantStore } from '../../store/index.ts';
import type { Place, PlaceOf } from './own-devices.ts';

/** A row of the list of entities. */
export interface RatedRow {
  readonly standing: EntityStanding;
  readonly name: string;
  /** Raised against it. */
  readonly alerts: number;
  readonly place: Place;
  /** 0..100. */
  readonly risk: number;
  readonly verdict: EntityVerdict;
  /** Stored events that it wrote. */
  readonly events: number;
  readonly lastSeen: Micros;
}

/** All entities with their risk at one time. */
export interface Rating {
  readonly at: Micros;
  readonly rows: readonly RatedRow[];
  /** Entities beyond those that are rated together: nothing open speaks against them, and they weigh least. */
  readonly unlisted: number;
}

interface Loaded {
  readonly version: number;
  readonly until: number;
  readonly standings: readonly (readonly [EntityStanding, events: number])[];
  readonly unlisted: number;
}

/** Hosts that wrote events, most at once. */
const MOST_HOSTS = 200_000;
/** A list that takes this long to make is made again at most once in ten times as long, unless somebody changed something. */
const QUICK_MILLIS = 50;
const PATIENCE = 10;
/** Within it a risk at most changes by a rounding. */
const SAME_TIME: Micros = 5_000_000;
const KEPT_RATINGS = 4;

const lists = new WeakMap<TenantStore, RatedEntities>();

/** One for each tenant: everybody who looks shares it. */
export function ratedEntities(store: TenantStore): RatedEntities {
  const known = lists.get(store) ?? new RatedEntities(store);
  lists.set(store, known);
  return known;
}

/** Whoever wrote events and whoever alerts were about, rated together: read again when something was written, rated again as time goes on. */
export class RatedEntities {
  private readonly store: TenantStore;
  private loaded: Loaded | undefined;
  private loading: Promise<Loaded> | undefined;
  private forgotten = 0;
  private ratings: (Rating & { readonly of: Loaded; readonly placeOf: PlaceOf })[] = [];

  constructor(store: TenantStore) {
    this.store = store;
  }

  /** What was read is read again at once: a person changed something. */
  forget(): void {
    this.forgotten++;
    this.loading = undefined;
    if (this.loaded !== undefined) this.loaded = { ...this.loaded, until: 0 };
  }

  /** At `at`, or a little before where that is known already; `exactly` for the next page of a list. */
  async at(at: Micros, placeOf: PlaceOf, exactly = false): Promise<Rating> {
    const loaded = await this.load();
    const found = this.ratings.find(
      (one) => one.of === loaded && one.placeOf === placeOf && (exactly ? one.at === at : one.at <= at && at - one.at < SAME_TIME),
    );
    if (found !== undefined) return found;
    const rows = loaded.standings.map(([standing, events]) => rated(standing, events, at, placeOf));
    const rating = { at, rows, unlisted: loaded.unlisted, of: loaded, placeOf };
    this.ratings = [rating, ...this.ratings.filter(({ of }) => of === loaded)].slice(0, KEPT_RATINGS);
    return rating;
  }

  private load(): Promise<Loaded> {
    if (this.loaded !== undefined && this.loaded.until > performance.now()) return Promise.resolve(this.loaded);
    if (this.loading !== undefined) return this.loading;
    const loading = this.read().finally(() => {
      if (this.loading === loading) this.loading = undefined;
    });
    this.loading = loading;
    return loading;
  }

  private async read(): Promise<Loaded> {
    const start = performance.now();
    const { forgotten } = this;
    const { version, items, total = 0 } = await this.store.entities.standings(OPEN_FLOORS, this.loaded?.version);
    if (items === undefined && this.loaded !== undefined) return this.loaded;
    const hosts = await this.store.events.hosts({ limit: MOST_HOSTS });
    const events = new Map(hosts.map((host) => [host.host, host]));
    const listed = (items ?? []).map((standing): [EntityStanding, number] => {
      const host = events.get(standing.name);
      events.delete(standing.name);
      if (host === undefined) return [standing, 0];
      return [{ ...standing, lastSeen: Math.max(standing.lastSeen, host.lastSeen) }, host.count];
    });
    // With entities left out, a host without one among those listed may be one of them.
    const unlisted = total - listed.length;
    const named = unlisted > 0 ? new Set((await this.store.entities.named([...events.keys()])).map(({ name }) => name)) : new Set();
    for (const { host, count, lastSeen } of events.values())
      if (host !== '' && !named.has(host)) listed.push([hostOnly(host, lastSeen), count]);
    const took = performance.now() - start;
    const until = took < QUICK_MILLIS ? 0 : performance.now() + took * PATIENCE;
    const loaded: Loaded = { version, unlisted, standings: listed, until };
    // What was read before somebody changed something does not take the place of what is read after it.
    if (forgotten === this.forgotten) this.loaded = loaded;
    return loaded;
  }
}

/** A host that wrote events while nothing watched what it did. */
function hostOnly(name: string, lastSeen: Micros): EntityStanding {
  return { id: entityId(name), name, kind: 'host', firstSeen: lastSeen, lastSeen, weight: 0, at: 0, alerts: 0, aims: [] };
}

function rated(standing: EntityStanding, events: number, at: Micros, placeOf: PlaceOf): RatedRow {
  const { name, alerts, lastSeen, aims, open } = standing;
  const place = placeOf(name);
  const { risk, verdict } = ratedAt({ ...standing, evidence: aims }, at, place, open);
  return { standing, name, alerts, place, risk, verdict, events, lastSeen };
}

/** Its risk at `at`; what is done to somebody else's device is not the tenant's concern. */
export function ratedAt(entity: Entity, at: Micros, place: Place, open: EntityStanding['open']) {
  if (place === 'own') return ratedEntity(entity, at, open);
  return ratedEntity(withoutAims(entity), at, open === undefined || open.own === 0 ? undefined : { ...open, target: 0 });
}

function withoutAims(entity: Entity): Entity {
  const aims = entity.evidence.filter(({ role }) => role === 'target');
  if (aims.length === 0) return entity;
  return {
    ...entity,
    weight: Math.max(0, entity.weight - weightOf(aims, entity.at)),
    evidence: entity.evidence.filter((one) => !aims.includes(one)),
  };
}
