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
  /** Substring of the name. */
  readonly name?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface EntityRanks {
  readonly minRank?: number;
  readonly belowRank?: number;
  /** Names left out. */
  readonly without?: readonly string[];
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

/** An entity that somebody has to look at. */
export interface RiskyEntity {
  readonly entity: Entity;
  readonly open?: OpenAlerts;
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
  /** The riskiest first, then by name; whatever the time, as all evidence decays alike. */
  list(query?: EntityQuery & EntityRanks): Promise<Page<Entity>>;
  /** Those from a rank on, and those with open alerts that leave them a weight; at most 10,000 of each, in no order. */
  risky(query: { readonly minRank: number; readonly floors: readonly OpenFloor[] }): Promise<readonly RiskyEntity[]>;
  openAlerts(floors: readonly OpenFloor[], name: string): Promise<ReadonlyMap<string, OpenAlerts>>;
  /** Oldest first. */
  history(id: string): Promise<readonly RiskPoint[]>;
  /** Writes entities outside an epoch: weighed again, or of a one-shot analysis (`knownAt` as of alerts). */
  save(entities: readonly Entity[], knownAt?: Micros): Promise<void>;
  clock(): Promise<EntityClock | undefined>;
  counts(minRanks: readonly number[]): Promise<readonly number[]>;
  removeBefore(time: Micros): Promise<number>;
}
