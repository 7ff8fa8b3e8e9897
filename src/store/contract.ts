import type { MessagePort } from 'node:worker_threads';
import type { AlertStore, LabelStore } from './contract/alerts.ts';
import type { ByteStore } from './contract/bytes.ts';
import type { DeadLetterStore } from './contract/dead-letters.ts';
import type { CheckpointStore, EpochCommit, PositionStore } from './contract/epochs.ts';
import type { EventStore } from './contract/events.ts';
import type { JournalStore } from './contract/journal.ts';
import type { OutboxStore } from './contract/outbox.ts';
import type { SegmentLog, SegmentOptions } from './contract/segments.ts';
import type { SeriesStore } from './contract/series.ts';
import type { SettingStore } from './contract/settings.ts';
import type { EntityStore, ExpectationStore, IncidentStore } from './correlation-contract.ts';
import type { UserStore } from './users/contract.ts';

export type * from './contract/alert-lanes.ts';
export type * from './contract/alerts.ts';
export type * from './contract/bytes.ts';
export type * from './contract/dead-letters.ts';
export type * from './contract/epochs.ts';
export type * from './contract/events.ts';
export type * from './contract/flows.ts';
export type * from './contract/journal.ts';
export type * from './contract/outbox.ts';
export type * from './contract/page.ts';
export type * from './contract/segments.ts';
export type * from './contract/series.ts';
export type * from './contract/settings.ts';

/** `<home>`: one owner process (pid lock), any number of tenants. Made by `openHome(path, options)`. */
export interface Home {
  readonly path: string;
  /** Who may use it over the network. */
  readonly users: UserStore;
  /** Names of the tenants that exist, sorted. */
  tenants(): Promise<readonly string[]>;
  /** Opens (and creates) a tenant; the same object for the same id. Ids: 1-64 of a-z 0-9 _ -, starting with a letter or digit. */
  tenant(id: string): Promise<TenantStore>;
  /** Closes the tenant and removes its folder, and with it everything it ever kept. */
  removeTenant(id: string): Promise<void>;
  /**
   * A consistent copy of everything, or of one tenant, in a new folder beside it, mostly hard links: to be read or archived, then removed.
   * It may be opened as a home. Work goes on meanwhile.
   */
  snapshot(tenant?: string): Promise<string>;
  /** Closes every tenant and releases the lock. */
  close(): Promise<void>;
}

/** Everything of one tenant; folder `<home>/tenants/<id>/`. */
export interface TenantStore {
  readonly id: string;
  readonly bytes: ByteStore;
  /** The last epoch committed here or before it was opened; 0 = none yet. */
  readonly epoch: number;
  /** One end of a line of its own to the databases, for the `StoreLink` of another thread; what it commits is not counted in `epoch`. */
  connect(): MessagePort;
  /**
   * The one commit point. In this order: pending event rows to Parquet, checkpoint blobs to disk (both fsync'd, under the
   * epoch's name), then one relational transaction with everything else. Either all of it is there after a crash or none.
   * `commit.epoch` must be `epoch + 1`. Then prunes checkpoints (keep last N and those alerts need).
   */
  commitEpoch(commit: EpochCommit): Promise<void>;
  readonly positions: PositionStore;
  readonly alerts: AlertStore;
  readonly labels: LabelStore;
  readonly incidents: IncidentStore;
  readonly expectations: ExpectationStore;
  readonly entities: EntityStore;
  readonly outbox: OutboxStore;
  readonly events: EventStore;
  readonly checkpoints: CheckpointStore;
  readonly deadLetters: DeadLetterStore;
  readonly journal: JournalStore;
  readonly series: SeriesStore;
  readonly settings: SettingStore;
  /** The durable log of one source that cannot be read again; the same object for the same source. */
  segments(source: string, options?: SegmentOptions): Promise<SegmentLog>;
  close(): Promise<void>;
}

export interface HomeOptions {
  /** `everything` keeps event rows; `findings-only` keeps none (raw data stays where it is). Default `everything`. */
  readonly events?: 'everything' | 'findings-only';
  /** Checkpoints kept besides those alerts need; default 3. */
  readonly keepEpochs?: number;
  /** DuckDB's memory; default 512 MiB. */
  readonly memoryBytes?: number;
  readonly threads?: number;
  readonly deadLetterBytes?: number;
}
