import { type Entity, type EntityEvidence, type Micros, type OpenAlerts, RISK_HALF_LIFE } from '../../core/index.ts';
import type { Page } from '../contract.ts';
import type { EntityClock, EntityQuery, EntityRanks, OpenFloor, RiskPoint, RiskyEntity, SeenEntity } from '../correlation-contract.ts';
import type { RelationalDatabase, SqlRow } from './database.ts';
import { isOlder, laterKnown } from './known.ts';
import { openAlerts } from './open-alerts.ts';
import { bindable, pageOf, Selection } from './selection.ts';

/** Points kept of an entity's history. */
const HISTORY = 500;
/** Entities that nothing speaks against; beyond, those unseen longest go. */
const MOST_SEEN = 100_000;

/** Of what has no weight. */
const NO_RANK = -1e9;
/** Risky ones that are looked at. */
const MOST_RISKY = 10_000;

const UPSERT = `
  INSERT INTO entities (id, name, kind, first_seen, last_seen, weight, at, rank, alerts, known_at, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    first_seen = min(entities.first_seen, excluded.first_seen), last_seen = max(entities.last_seen, excluded.last_seen),
    weight = excluded.weight, at = excluded.at, rank = excluded.rank, alerts = excluded.alerts,
    known_at = ${laterKnown('entities')}, evidence = excluded.evidence`;

const SEEN = `
  INSERT INTO entities (id, name, kind, first_seen, last_seen, weight, at, rank, alerts, known_at, evidence) VALUES (?, ?, ?, ?, ?, 0, 0, ${NO_RANK}, 0, ?, '[]')
  ON CONFLICT (id) DO UPDATE SET
    first_seen = min(entities.first_seen, excluded.first_seen), last_seen = max(entities.last_seen, excluded.last_seen),
    known_at = ${laterKnown('entities')}`;

/** Entities with a rank: log2 of the weight plus the half-lives of its time, an order that decay never changes. */
export class Entities {
  private readonly database: RelationalDatabase;

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  /** Inside the caller's transaction. */
  write(entities: readonly Entity[], knownAt?: Micros): void {
    for (const entity of entities) {
      const { id, name, kind, firstSeen, lastSeen, weight, at, alerts, evidence } = entity;
      const rank = rankOf(weight, at);
      const values = [id, name, kind, firstSeen, lastSeen, weight, at, rank, alerts, knownAt ?? null, JSON.stringify(evidence)];
      this.database.run(
        UPSERT,
        values.map((value) => bindable(value)),
      );
      this.database.run('INSERT OR REPLACE INTO entity_risk (entity_id, at, weight) VALUES (?, ?, ?)', [id, bindable(at), weight]);
      const beyond = 'SELECT at FROM entity_risk WHERE entity_id = ? ORDER BY at DESC LIMIT 1 OFFSET ?';
      this.database.run(`DELETE FROM entity_risk WHERE entity_id = ? AND at <= (${beyond})`, [id, id, HISTORY]);
    }
  }

  /** Inside the caller's transaction. */
  writeSeen(seen: readonly SeenEntity[], knownAt: Micros): void {
    for (const { id, name, kind, first, last } of seen)
      this.database.run(
        SEEN,
        [id, name, kind, first, last, knownAt].map((one) => bindable(one)),
      );
  }

  /** Inside the caller's transaction. */
  writeClock({ event, wall }: EntityClock): void {
    this.database.run('INSERT OR REPLACE INTO entity_clock (id, event, wall) VALUES (1, ?, ?)', [event, wall]);
  }

  save(entities: readonly Entity[], knownAt?: Micros): void {
    this.database.transaction(() => this.write(entities, knownAt));
  }

  get(id: string): Entity | undefined {
    const row = this.database.get('SELECT * FROM entities WHERE id = ?', [id]);
    return row === undefined ? undefined : toEntity(row);
  }

  list(query: EntityQuery & EntityRanks = {}): Page<Entity> {
    const { minRank, belowRank, without, name, limit, cursor } = query;
    const selection = new Selection([
      ['rank >= ?', minRank],
      ['rank < ?', belowRank],
      ['name NOT IN (SELECT value FROM json_each(?))', without === undefined ? undefined : JSON.stringify(without)],
      ['instr(lower(name), ?) > 0', name?.toLowerCase()],
    ]);
    return pageOf(this.database, selection, { table: 'entities', columns: '*', by: 'rank', tie: 'name', limit, cursor }, toEntity);
  }

  risky({ minRank, floors }: { readonly minRank: number; readonly floors: readonly OpenFloor[] }): readonly RiskyEntity[] {
    const open = openAlerts(this.database, floors);
    const named = this.database.all('SELECT * FROM entities WHERE name IN (SELECT value FROM json_each(?))', [
      JSON.stringify([...open.keys()]),
    ]);
    const ranked = this.database.all('SELECT * FROM entities WHERE rank >= ? ORDER BY rank DESC, name LIMIT ?', [minRank, MOST_RISKY]);
    const found = new Map([...named, ...ranked].map((row) => [row.id as string, toEntity(row)]));
    return [...found.values()].map((entity) => {
      const left = open.get(entity.name);
      return left === undefined ? { entity } : { entity, open: left };
    });
  }

  openAlerts(floors: readonly OpenFloor[], name: string): ReadonlyMap<string, OpenAlerts> {
    return openAlerts(this.database, floors, name);
  }

  history(id: string): readonly RiskPoint[] {
    return this.database.all('SELECT at, weight FROM entity_risk WHERE entity_id = ? ORDER BY at', [id]) as unknown as RiskPoint[];
  }

  clock(): EntityClock | undefined {
    return this.database.get('SELECT event, wall FROM entity_clock') as EntityClock | undefined;
  }

  /** How many entities have at least each rank. */
  counts(minRanks: readonly number[]): readonly number[] {
    return minRanks.map((rank) =>
      Number(this.database.get('SELECT count(*) AS n FROM entities WHERE rank >= ?', [bindable(rank)])?.n ?? 0),
    );
  }

  removeBefore(time: Micros): number {
    return this.database.transaction(() => {
      const old = this.database.run(`DELETE FROM entities WHERE ${isOlder('last_seen')}`, [time]).changes;
      const surplus = 'SELECT id FROM entities WHERE alerts = 0 ORDER BY last_seen DESC, id LIMIT -1 OFFSET ?';
      const { changes } = this.database.run(`DELETE FROM entities WHERE id IN (${surplus})`, [MOST_SEEN]);
      this.database.run('DELETE FROM entity_risk WHERE entity_id NOT IN (SELECT id FROM entities)');
      return old + changes;
    });
  }
}

function rankOf(weight: number, at: Micros): number {
  return weight > 0 ? Math.log2(weight) + at / RISK_HALF_LIFE : NO_RANK;
}

function toEntity(row: SqlRow): Entity {
  return {
    id: row.id as string,
    name: row.name as string,
    kind: row.kind as Entity['kind'],
    firstSeen: Number(row.first_seen),
    lastSeen: Number(row.last_seen),
    weight: Number(row.weight),
    at: Number(row.at),
    alerts: Number(row.alerts),
    evidence: JSON.parse(row.evidence as string) as EntityEvidence[],
  };
}
