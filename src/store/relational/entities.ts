import { type Entity, type EntityEvidence, type Micros, type OpenAlerts, RISK_HALF_LIFE } from '../../core/index.ts';
import type { EntityClock, EntityStanding, OpenFloor, RiskPoint, SeenEntity, Standings } from '../correlation-contract.ts';
import type { RelationalDatabase, SqlRow } from './database.ts';
import { isOlder, laterKnown } from './known.ts';
import { openAlertsOf, openOf, openTables } from './open-alerts.ts';
import { bindable } from './selection.ts';

/** Points kept of an entity's history. */
const HISTORY = 500;
/** Entities that nothing speaks against; beyond, those unseen longest go. */
const MOST_SEEN = 100_000;

/** Of what has no weight. */
const NO_RANK = -1e9;
/** Entities that are rated together; those with open alerts come first, then those that weigh most. */
const MOST_RATED = 200_000;

/** Evidence of entities that something was done to, which few are. */
const AIMS = `iif(instr(evidence, '"role":"target"') > 0, evidence, NULL)`;

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

  /** With the names, in no order. */
  named(names: readonly string[]): readonly Entity[] {
    return this.database
      .all('SELECT * FROM entities WHERE name IN (SELECT value FROM json_each(?))', [JSON.stringify(names)])
      .map(toEntity);
  }

  standings(floors: readonly OpenFloor[], known?: number, most: number = MOST_RATED): Standings {
    const version = Number(this.database.get('SELECT total_changes() AS n')?.n ?? 0);
    if (version === known) return { version };
    const { sql, values } = openTables(floors);
    const rows = this.database.all(
      `WITH ${sql}
        SELECT e.id, e.name, kind, first_seen, last_seen, weight, at, alerts, ${AIMS} AS aims, own, target, open, since
        FROM entities e LEFT JOIN open ON open.name = e.name ORDER BY open IS NULL, rank DESC, e.name LIMIT ?`,
      [...values, most],
    );
    const total = Number(this.database.get('SELECT count(*) AS n FROM entities')?.n ?? 0);
    return { version, total, items: rows.map(toStanding) };
  }

  openAlerts(floors: readonly OpenFloor[], name: string): OpenAlerts | undefined {
    return openAlertsOf(this.database, floors, name);
  }

  history(id: string): readonly RiskPoint[] {
    return this.database.all('SELECT at, weight FROM entity_risk WHERE entity_id = ? ORDER BY at', [id]) as unknown as RiskPoint[];
  }

  clock(): EntityClock | undefined {
    return this.database.get('SELECT event, wall FROM entity_clock') as EntityClock | undefined;
  }

  latest(): Micros {
    return Number(this.database.get('SELECT at FROM entities ORDER BY rank DESC, name LIMIT 1')?.at ?? 0);
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

function toStanding(row: SqlRow): EntityStanding {
  const open = openOf(row);
  return {
    ...{ id: row.id as string, name: row.name as string, kind: row.kind as Entity['kind'] },
    ...{ firstSeen: Number(row.first_seen), lastSeen: Number(row.last_seen), alerts: Number(row.alerts) },
    ...{ weight: Number(row.weight), at: Number(row.at) },
    aims: row.aims === null ? [] : (JSON.parse(row.aims as string) as EntityEvidence[]).filter(({ role }) => role === 'target'),
    ...(open === undefined ? {} : { open }),
  };
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
