import { type Detection, type EventBatch, type EventKind, type LogBatch, type Micros, VedetteError } from '../../core/index.ts';
import type {
  ByteStore,
  DetectionRow,
  EventHistogram,
  EventQuery,
  EventRow,
  FeatureRow,
  FlowPage,
  FlowQuery,
  FlowVolume,
  HostCount,
  Page,
  Retention,
  Talker,
  TalkerKey,
  TemplateCount,
} from '../contract.ts';
import { type DuckDb, duckError, openDuckDb } from './duckdb.ts';
import type { EventFiles, ListedFile } from './event-files.ts';
import { eventPage } from './event-query.ts';
import { countOf, countsByTemplate, histogramOf, hostsOf, type StoredFiles, templatesOf } from './event-summary.ts';
import { FilePartials } from './file-partials.ts';
import { flowPage, talkersOf, volumeOf } from './flow-query.ts';
import { type Dataset, type DuckRow, type StoredFile, writeByDay } from './parquet-files.ts';
import { createRowTable, DETECTION_TABLE, FEATURE_TABLE, stageRows, toDetection, toFeature } from './row-staging.ts';
import { EventStaging } from './staging.ts';
import { StoredReader } from './stored-reader.ts';

/** Past so many staged rows they go to disk before the epoch ends; they stay invisible until it commits. */
const SPILL_ROWS = 1_000_000;

export interface EventsOptions {
  readonly keep: boolean;
  readonly memoryBytes: number;
  readonly threads: number;
}

interface Opened {
  readonly duck: DuckDb;
  /** By kind, opened when the first event of it comes. */
  readonly staging: Map<EventKind, EventStaging>;
  readonly reader: StoredReader;
}

/** Events, features and detections of one tenant; DuckDB is opened when it is first needed. Writers take turns, readers do not wait. */
export class Events {
  private readonly bytes: ByteStore;
  private readonly index: EventFiles;
  private readonly options: EventsOptions;
  private opened: Promise<Opened> | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  /** Written early, part of the epoch that is being filled. */
  private pending: StoredFile[] = [];
  /** Part of the epoch that is being committed. */
  private sealed: StoredFile[] = [];
  private parts = 0;
  private readonly partials = new FilePartials();
  private staged = { features: 0, detections: 0 };
  /** Epoch that appended rows will belong to. */
  epoch = 1;

  constructor(bytes: ByteStore, files: EventFiles, options: EventsOptions) {
    this.bytes = bytes;
    this.index = files;
    this.options = options;
  }

  append(batch: LogBatch | EventBatch, templateIds: readonly string[] = []): Promise<void> {
    if (!this.options.keep || batch.rows === 0) return Promise.resolve();
    return this.inTurn(async ({ duck, staging }) => {
      let staged = staging.get(batch.kind);
      if (staged === undefined) {
        staged = await EventStaging.open(duck.connection, batch.kind);
        staging.set(batch.kind, staged);
      }
      staged.append(batch, templateIds);
      if (staged.rows >= SPILL_ROWS) await this.writeEvents(batch.kind, staged);
    });
  }

  appendFeatures(rows: readonly FeatureRow[]): Promise<void> {
    return this.inTurn(async ({ duck }) => {
      await stageRows(duck.connection, FEATURE_TABLE, rows);
      this.staged.features += rows.length;
    });
  }

  appendDetections(rows: readonly Detection[]): Promise<void> {
    return this.inTurn(async ({ duck }) => {
      await stageRows(duck.connection, DETECTION_TABLE, rows);
      this.staged.detections += rows.length;
    });
  }

  /** Writes what is staged and returns the epoch's files, durable but not yet listed; `settle` ends the epoch. */
  async flush(): Promise<readonly StoredFile[]> {
    if (this.opened === undefined) return this.sealed;
    await this.inTurn(async ({ duck, staging }) => {
      for (const [kind, staged] of staging) if (staged.rows > 0) await this.writeEvents(kind, staged);
      for (const [dataset, table] of [
        ['features', 'staged_features'],
        ['detections', 'staged_detections'],
      ] as const) {
        if (this.staged[dataset] === 0) continue;
        await this.write(dataset, `SELECT * FROM ${table}`, 'start');
        await duck.connection.run(`TRUNCATE ${table}`);
        this.staged[dataset] = 0;
      }
      // Rows appended while the epoch commits belong to the next one. After a failed commit the sealed files wait for its repetition.
      this.sealed.push(...this.pending);
      this.pending = [];
    });
    return this.sealed;
  }

  settle(epoch: number): void {
    this.sealed = [];
    this.epoch = epoch + 1;
  }

  query(query: EventQuery): Promise<Page<EventRow>> {
    return this.read('log', query, ({ reader, files }) => eventPage(reader, files, query), { items: [] });
  }

  countByTemplate(query: EventQuery): Promise<readonly { template: string; count: number }[]> {
    return this.read('log', query, (stored) => countsByTemplate(stored, query), []);
  }

  count(query: EventQuery = {}): Promise<number> {
    return this.read('log', query, (stored) => countOf(stored, query), 0);
  }

  templates(query: EventQuery, bins = 0): Promise<readonly TemplateCount[]> {
    return this.read('log', query, (stored) => templatesOf(stored, query, bins), []);
  }

  flows(query: FlowQuery): Promise<FlowPage> {
    return this.read('flow', query, ({ reader, files }) => flowPage(reader, files, query), { items: [] });
  }

  talkers(query: FlowQuery, by: TalkerKey): Promise<readonly Talker[]> {
    return this.read('flow', query, ({ reader, files }) => talkersOf(reader, pathsOf(files), query, by), []);
  }

  flowVolume(query: FlowQuery, bins: number): Promise<FlowVolume> {
    const none = { start: Number.NaN, binMicros: 0, flows: [], bytes: [], total: 0 };
    return this.read('flow', query, ({ reader, files }) => volumeOf(reader, pathsOf(files), query, bins), none);
  }

  hosts(query: EventQuery): Promise<readonly HostCount[]> {
    return this.read('log', query, (stored) => hostsOf(stored, query), []);
  }

  histogram(query: EventQuery, bins: number): Promise<EventHistogram> {
    const none = { start: Number.NaN, binMicros: 0, counts: [], total: 0 };
    return this.read('log', query, (stored) => histogramOf(stored, query, bins), none);
  }

  async features(query: { from?: Micros; to?: Micros; feature?: string; limit?: number }): Promise<readonly FeatureRow[]> {
    return (await this.rows('features', query, 'feature', query.feature)).map(toFeature);
  }

  async detections(query: { from?: Micros; to?: Micros; detector?: string; limit?: number }): Promise<readonly DetectionRow[]> {
    return (await this.rows('detections', query, 'detector', query.detector)).map(toDetection);
  }

  async retain(retention: Retention, now: Micros): Promise<{ removedFiles: number; removedBytes: number; heldBytes: number }> {
    const { keys, bytes, heldBytes } = this.index.expire(retention, now);
    for (const key of keys) await this.bytes.remove(key);
    return { removedFiles: keys.length, removedBytes: bytes, heldBytes };
  }

  files({ from, to }: { from?: Micros; to?: Micros }): readonly string[] {
    return pathsOf(this.listed('log', { from, to }));
  }

  size(): number {
    return this.index.size();
  }

  async close(): Promise<void> {
    await this.turn;
    const opened = await this.opened?.catch(() => undefined);
    for (const staged of opened?.staging.values() ?? []) staged.close();
    opened?.duck.close();
  }

  private rows(
    dataset: Dataset,
    query: { from?: Micros; to?: Micros; limit?: number },
    column: 'feature' | 'detector',
    name: string | undefined,
  ): Promise<readonly DuckRow[]> {
    const limit = Math.max(1, Math.floor(query.limit ?? 1000));
    const sql = `SELECT * FROM read_parquet($1, union_by_name = true) WHERE ($2::BIGINT IS NULL OR "start" >= $2) AND ($3::BIGINT IS NULL OR "start" < $3)
      AND ($4::VARCHAR IS NULL OR "${column}" = $4) ORDER BY "start", "${column}", key, "end" LIMIT ${limit}`;
    const time = (value: Micros | undefined) => (value === undefined ? null : BigInt(Math.ceil(value)));
    return this.read(
      dataset,
      query,
      ({ reader, files }) => reader.rows(sql, pathsOf(files), [time(query.from), time(query.to), name ?? null]),
      [],
    );
  }

  private listed(dataset: Dataset, { from, to }: { from?: Micros | undefined; to?: Micros | undefined }): readonly ListedFile[] {
    return this.index.listed(dataset, from, to).map(({ key, ...file }) => ({ ...file, path: this.bytes.local(key) }));
  }

  private async read<T>(
    dataset: Dataset,
    range: { from?: Micros; to?: Micros },
    work: (stored: StoredFiles) => Promise<T>,
    none: T,
  ): Promise<T> {
    const files = this.listed(dataset, range);
    if (files.length === 0) return none;
    const { reader } = await this.open();
    const { partials } = this;
    try {
      return await work({ reader, partials, files });
    } catch (error) {
      if (error instanceof VedetteError) throw error;
      const now = this.listed(dataset, range);
      // Retention may have removed a file after it was listed.
      if (now.length === files.length) throw duckError(error, this.bytes.local('events'));
      return now.length === 0 ? none : work({ reader, partials, files: now });
    }
  }

  private async writeEvents(kind: EventKind, staged: EventStaging): Promise<void> {
    staged.flush();
    await this.write(kind, staged.select, 'time');
    await staged.clear();
  }

  private async write(dataset: Dataset, select: string, timeColumn: string): Promise<void> {
    const { duck } = await this.open();
    const files = await writeByDay(duck.connection, this.bytes, this.bytes.local('events'), {
      dataset,
      epoch: this.epoch,
      part: this.unusedPart(dataset),
      select,
      timeColumn,
    });
    this.pending.push(...files);
  }

  /** File names are never used twice, also when rows of one epoch were written while the one before was still committing. */
  private unusedPart(dataset: Dataset): number {
    while (this.index.uses(dataset, this.epoch, this.parts)) this.parts++;
    return this.parts++;
  }

  private inTurn<T>(work: (opened: Opened) => Promise<T>): Promise<T> {
    const done = this.turn.then(async () => {
      try {
        return await work(await this.open());
      } catch (error) {
        throw duckError(error, this.bytes.local('events'));
      }
    });
    this.turn = done.catch(() => undefined);
    return done;
  }

  private open(): Promise<Opened> {
    this.opened ??= this.openNow();
    return this.opened;
  }

  private async openNow(): Promise<Opened> {
    const duck = await openDuckDb({
      folder: this.bytes.local('events'),
      memoryBytes: this.options.memoryBytes,
      threads: this.options.threads,
    });
    const { connection } = duck;
    await createRowTable(connection, FEATURE_TABLE);
    await createRowTable(connection, DETECTION_TABLE);
    return { duck, staging: new Map(), reader: new StoredReader(duck.reading) };
  }
}

const pathsOf = (files: readonly ListedFile[]): readonly string[] => files.map(({ path }) => path);
