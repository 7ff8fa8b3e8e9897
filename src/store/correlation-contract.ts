import type {
  AlertState,
  Entity,
  EntityVerdict,
  Expectation,
  HandledIncident,
  Incident,
  IncidentBand,
  Micros,
  OpenAlerts,
} from '../core/index.ts';
import type { HandlingChange } from './contract/alerts.ts';
import type { Page } from './contract/page.ts';

export interface IncidentQuery {
  readonly from?: Micros;
  readonly to?: Micros;
  /** From this band on. */
  readonly band?: IncidentBand;
  readonly state?: AlertState;
  readonly growing?: boolean;
  /** With those of the learning day; without by default. */
  readonly learning?: boolean;
  readonly host?: string;
  readonly assignee?: string;
  /** Most recent first by default; `score` = highest first. */
  readonly order?: 'time' | 'score';
  readonly limit?: number;
  /** From the previous page. */
  readonly cursor?: string;
}

export interface IncidentStore {
  /** Also of one that was merged into another; it says so. */
  get(id: string): Promise<HandledIncident | undefined>;
  /** Without those that were merged into another. */
  list(query?: IncidentQuery): Promise<Page<HandledIncident>>;
  /** Ids that begin so, at most two. */
  find(prefix: string): Promise<readonly string[]>;
  /** Writes incidents outside an epoch: rated again, or of a one-shot analysis (`knownAt` as of alerts). State, assignee and notes stay. */
  save(incidents: readonly Incident[], knownAt?: Micros): Promise<void>;
  /** INPUT_MISSING when there is none. */
  change(id: string, change: HandlingChange, by: string, at: Micros): Promise<void>;
  /** Appends; INPUT_MISSING when there is none. */
  note(id: string, note: string, by: string, at: Micros): Promise<void>;
  /** Of a host, newest first, at most `limit`. */
  ofHost(host: string, limit: number): Promise<readonly HandledIncident[]>;
  removeBefore(time: Micros): Promise<number>;
}

export interface ExpectationStore {
  /** Appends to the log; `inForce` false takes the rule back. */
  append(entry: Omit<Expectation, 'sequence'>): Promise<Expectation>;
  /** The last entry of every rule that was not taken back, oldest first. */
  inForce(): Promise<readonly Expectation[]>;
  log(): Promise<readonly Expectation[]>;
}

export interface EntityQuery {
  /** From this verdict on. */
  readonly verdict?: EntityVerdict;
  /** Of this verdict. */
  readonly level?: EntityVerdict;
  readonly place?: 'own' | 'outside';
  /** Substring of the name. */
  readonly name?: string;
  /** The riskiest first by default. */
  readonly sort?: 'risk' | 'name' | 'alerts' | 'events' | 'seen';
  /** `name` ascends by default, everything else descends. */
  readonly order?: 'asc' | 'desc';
  readonly limit?: number;
  readonly cursor?: string;
}

/** What an entity is rated by, without the rest of its evidence. */
export interface EntityStanding extends Omit<Entity, 'evidence'> {
  /** Evidence of what was done to it. */
  readonly aims: Entity['evidence'];
  readonly open?: OpenAlerts;
}

/** `items` and `total` (of all, however many are given) are left out where nothing changed since `version`. */
export interface Standings {
  readonly version: number;
  readonly total?: number;
  readonly items?: readonly EntityStanding[];
}

/** A host that was seen, whether or not anything speaks against it. */
export interface SeenEntity {
  readonly id: string;
  readonly name: string;
  readonly kind: Entity['kind'];
  readonly first: Micros;
  readonly last: Micros;
}

/** An open alert of at least this severity leaves at least this weight, however old it is; the first that fits counts. */
export interface OpenFloor {
  readonly severity: number;
  /** Of these detectors; absent = of any. */
  readonly detectors?: readonly string[];
  readonly weight: number;
}

export interface RiskPoint {
  readonly at: Micros;
  /** Weight of what counts against it at that time. */
  readonly weight: number;
}

/** The event time that risks are as of: how far the pipeline was at wall time `wall`. */
export interface EntityClock {
  readonly event: Micros;
  readonly wall: Micros;
}

export interface EntityStore {
  get(id: string): Promise<Entity | undefined>;
  named(names: readonly string[]): Promise<readonly Entity[]>;
  /**
   * What every entity is rated by; beyond 200,000 those with open alerts come first, then those that weigh most. `known`: the version that
   * the caller has; anything written since makes a new one.
   */
  standings(floors: readonly OpenFloor[], known?: number): Promise<Standings>;
  openAlerts(floors: readonly OpenFloor[], name: string): Promise<OpenAlerts | undefined>;
  /** Oldest first. */
  history(id: string): Promise<readonly RiskPoint[]>;
  /** Writes entities outside an epoch: weighed again, or of a one-shot analysis (`knownAt` as of alerts). */
  save(entities: readonly Entity[], knownAt?: Micros): Promise<void>;
  clock(): Promise<EntityClock | undefined>;
  /** Time of the evidence that weighs most; 0 without any. */
  latest(): Promise<Micros>;
  removeBefore(time: Micros): Promise<number>;
}
