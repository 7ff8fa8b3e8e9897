import type { MessagePort } from 'node:worker_threads';
import { type EventBatch, type LogBatch, packEvents, stableId } from '../core/index.ts';
import type {
  AlertStore,
  ByteStore,
  CheckpointStore,
  DeadLetterStore,
  EpochCommit,
  EventStore,
  HomeOptions,
  JournalStore,
  LabelStore,
  OutboxStore,
  PositionStore,
  SegmentLog,
  SegmentOptions,
  SeriesStore,
  SettingStore,
  TenantStore,
} from './contract.ts';
import type { EntityStore, ExpectationStore, IncidentStore } from './correlation-contract.ts';
import { diskBytes } from './disk.ts';
import { openSegmentLog } from './segments/segment-log.ts';
import { remote, type StoreClient } from './worker/store-client.ts';

export async function openTenant(
  client: StoreClient,
  id: string,
  folder: string,
  options: HomeOptions,
  closed: () => void,
): Promise<TenantStore> {
  const bytes = diskBytes(folder);
  const epoch = (await client.call({ kind: 'open', tenant: id, folder, options })) as number;
  return new WorkerTenant(client, id, bytes, epoch, options, closed);
}

/** A tenant seen from the threads that use it; the databases live in the store worker, segment logs here. */
class WorkerTenant implements TenantStore {
  readonly id: string;
  readonly bytes: ByteStore;
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
  private readonly client: StoreClient;
  private readonly logs = new Map<string, Promise<SegmentLog>>();
  private readonly closed: () => void;
  private committed: number;
  private closing: Promise<void> | undefined;

  constructor(client: StoreClient, id: string, bytes: ByteStore, epoch: number, options: HomeOptions, closed: () => void) {
    this.client = client;
    this.id = id;
    this.bytes = bytes;
    this.committed = epoch;
    this.closed = closed;
    this.positions = remote(client, id, 'positions');
    this.alerts = remote(client, id, 'alerts');
    this.labels = remote(client, id, 'labels');
    this.incidents = remote(client, id, 'incidents');
    this.expectations = remote(client, id, 'expectations');
    this.entities = remote(client, id, 'entities');
    this.outbox = remote(client, id, 'outbox');
    this.checkpoints = remote(client, id, 'checkpoints');
    this.deadLetters = remote(client, id, 'deadLetters');
    this.journal = remote(client, id, 'journal');
    this.series = remote(client, id, 'series');
    this.settings = remote(client, id, 'settings');
    this.events = remoteEvents(client, id, options);
  }

  get epoch(): number {
    return this.committed;
  }

  async commitEpoch(commit: EpochCommit): Promise<void> {
    await this.client.call({ kind: 'call', tenant: this.id, service: 'core', method: 'commitEpoch', args: [commit] });
    this.committed = commit.epoch;
  }

  connect(): MessagePort {
    return this.client.connect(this.id);
  }

  segments(source: string, options: SegmentOptions = {}): Promise<SegmentLog> {
    const known = this.logs.get(source);
    if (known !== undefined) return known;
    // Readable as far as it is safe, told apart by the hash.
    const name = `${source.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 40)}-${stableId(source)}`;
    const opening = openSegmentLog(this.bytes.local(`segments/${name}`), options);
    this.logs.set(source, opening);
    opening.catch(() => this.logs.delete(source));
    return opening;
  }

  close(): Promise<void> {
    this.closing ??= this.closeNow();
    return this.closing;
  }

  private async closeNow(): Promise<void> {
    try {
      for (const log of this.logs.values()) await (await log.catch(() => undefined))?.close();
      await this.client.call({ kind: 'close', tenant: this.id });
    } finally {
      this.closed();
    }
  }
}

function remoteEvents(client: StoreClient, tenant: string, options: HomeOptions): EventStore {
  return {
    ...remote<EventStore>(client, tenant, 'events'),
    async append(batch: LogBatch | EventBatch, templateIds: readonly string[] = [], how: { transfer?: boolean; epoch?: number } = {}) {
      if (options.events === 'findings-only' || batch.rows === 0) return;
      const packed = packEvents(batch, how.transfer === true);
      const args = [packed.batch, templateIds, how.epoch];
      await client.call({ kind: 'call', tenant, service: 'events', method: 'append', args }, packed.transfer);
    },
  };
}
