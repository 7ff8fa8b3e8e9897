import { type Detection, type EventBatch, type EventKind, Gate, type LogBatch, type Micros, VedetteError } from '../../core/index.ts';
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
  PredictionPage,
  PredictionQuery,
  Retention,
  StoredFileList,
  StoredFilesQuery,
  Talker,
  TalkerKey,
  TemplateCount,
} from '../contract.ts';
import { Compaction } from './compaction.ts';
import { duckError, openDuckDb } from './duckdb.ts';
import type { EventFiles, ListedFile } from './event-files.ts';
import { eventPage } from './event-query.ts';
import { countOf, countsByTemplate, histogramOf, hostsOf, type StoredFiles, templatesOf } from './event-summary.ts';
import type { EventsOptions, Opened, PendingFile } from './events-options.ts';
import { FilePartials } from './file-partials.ts';
import { flowPage, talkersOf, volumeOf } from './flow-query.ts';
import { FoundRows } from './found-rows.ts';
import { type Dataset, type FileSpec, type StoredFile, writeByDay, writeStaged } from './parquet-files.ts';
import { predictionPage } from './prediction-query.ts';
import {
  createRowTable,
  DETECTION_TABLE,
  FEATURE_TABLE,
  type RowQuery,
  rowsOfFiles,
  stageRows,
  toDetection,
  toFeature,
} from './row-staging.ts';
import { SharedAnswers } from './shared-answers.ts';
import { EventStaging } from './staging.ts';
import { StoredReader } from './stored-reader.ts';
import { UploadRows } from './upload-rows.ts';

/** So many stagings may wait to be written; then appending waits too. */
const MOST_FULL = 2;
/** Answers that may have more rows are not kept for others. */
const SHARED_ROWS = 1000;

/**
 * Events, features and detections of one tenant; DuckDB is opened when it is first needed. Rows are staged in memory by epoch: those
 * of the one being committed are written while those of the next are appended. Readers wait for neither.
 */
export class Events {
  private readonly bytes: ByteStore;
  private readonly index: EventFiles;
  private readonly options: EventsOptions;
  private opened: Promise<Opened> | undefined;
  private readonly appending = new Gate(1);
  private readonly writing = new Gate(1);
  /** By kind, what rows are appended to now. */
  private readonly filling = new Map<EventKind, EventStaging>();
  /** Nothing more is appended to these; oldest first. */
  private readonly full: EventStaging[] = [];
  private pending: PendingFile[] = [];
  private parts = 0;
  private readonly partials = new FilePartials();
  private readonly found = new FoundRows();
  private readonly answers = new SharedAnswers();
  private readonly compaction: Compaction;
  private readonly uploads: UploadRows;
  private staged = { features: 0, detections: 0 };
  /** Epoch that is committed next. */
  next = 1;

  constructor(bytes: ByteStore, files: EventFiles, options: EventsOptions) {
    this.bytes = bytes;
    this.index = files;
    this.options = options;
    this.compaction = new Compaction({
      ...{ bytes, files },
      connection: async () => (await this.open()).duck.merging,
      inTurn: (work) => options.io.searches.run(() => options.io.queries.run(work)),
      unusedPart: (dataset, epoch) => this.unusedPart(dataset, epoch),
      merged: () => this.answers.clear(),
    });
    this.uploads = new UploadRows({
      write: (staged) => this.writing.run(() => this.writeStaging(staged)),
    });
  }

  append(batch: LogBatch | EventBatch, templateIds: readonly string[] = [], epoch = this.next): Promise<void> {
    if (!this.options.keep || batch.rows === 0) return Promise.resolve();
    return this.appending.run(async () => {
      let staged = this.filling.get(batch.kind);
      if (staged !== undefined && staged.epoch < epoch) {
        this.seal(staged);
        staged = undefined;
      }
      if (staged === undefined) {
        if (this.full.length >= MOST_FULL) await this.writeFull();
        staged = new EventStaging(batch.kind, epoch);
        this.filling.set(batch.kind, staged);
      }
      await staged.append(batch, templateIds);
      if (!staged.isFull) return;
      this.seal(staged);
      // What fails is tried again by the next one who needs it written.
      this.writeFull().catch(() => undefined);
    });
  }

  appendUpload(upload: string, batch: LogBatch | EventBatch, templateIds: readonly string[] = []): Promise<void> {
    if (!this.options.keep || batch.rows === 0) return Promise.resolve();
    return this.appending.run(() => this.uploads.append(upload, batch, templateIds));
  }

  listUpload(upload: string, at: Micros): Promise<void> {
    return this.appending.run(async () => {
      this.index.writeUpload(upload, await this.uploads.take(upload), at);
      this.answers.clear();
    });
  }

  removeUpload(upload: string): Promise<void> {
    return this.appending.run(async () => {
      const dropped = this.uploads.drop(upload);
      const keys = [...dropped.map(({ key }) => key), ...this.index.removeUpload(upload)];
      if (keys.length > 0) this.answers.clear();
      for (const key of keys) await this.bytes.remove(key);
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

  /** Writes what is staged up to this epoch and returns its files, durable but not yet listed; `settle` ends the epoch. */
  async flush(epoch: number): Promise<readonly StoredFile[]> {
    await this.appending.run(async () => {
      for (const staged of [...this.filling.values()]) if (staged.epoch <= epoch) this.seal(staged);
    });
    if (this.staged.features + this.staged.detections > 0) await this.writeRows(epoch);
    await this.writeFull();
    // After a failed commit they wait for its repetition.
    return this.pending.filter((pending) => pending.epoch <= epoch).map(({ file }) => file);
  }

  private writeRows(epoch: number): Promise<void> {
    return this.inTurn(async ({ duck }) => {
      for (const [dataset, table] of [
        ['features', 'staged_features'],
        ['detections', 'staged_detections'],
      ] as const) {
        if (this.staged[dataset] === 0) continue;
        await this.writing.run(() => this.write({ dataset, select: `SELECT * FROM ${table}`, timeColumn: 'start' }, epoch));
        await duck.connection.run(`TRUNCATE ${table}`);
        this.staged[dataset] = 0;
      }
    });
  }

  /** The epoch's files are listed. */
  settle(epoch: number, at: Micros): void {
    const files = this.pending.length;
    this.pending = this.pending.filter((pending) => pending.epoch > epoch);
    this.next = epoch + 1;
    this.answers.clear();
    this.compaction.grown(files - this.pending.length, at);
  }

  /** Resolves when no files are being merged. */
  merged(): Promise<void> {
    return this.compaction.settled();
  }

  query(query: EventQuery): Promise<Page<EventRow>> {
    return this.read('log', query, (stored) => eventPage(stored, query), { items: [] }, 'page');
  }

  countByTemplate(query: EventQuery): Promise<readonly { template: string; count: number }[]> {
    return this.read('log', query, (stored) => countsByTemplate(stored, query), [], 'counts');
  }

  count(query: EventQuery = {}): Promise<number> {
    return this.read('log', query, (stored) => countOf(stored, query), 0, 'count');
  }

  templates(query: EventQuery, bins = 0): Promise<readonly TemplateCount[]> {
    return this.read('log', query, (stored) => templatesOf(stored, query, bins), [], `templates ${bins}`);
  }

  flows(query: FlowQuery): Promise<FlowPage> {
    return this.read('flow', query, (stored) => flowPage(stored, query), { items: [] }, 'page');
  }

  predictions(query: PredictionQuery): Promise<PredictionPage> {
    return this.read('flow', query, (stored) => predictionPage(stored, query), { items: [] }, 'predictions');
  }

  talkers(query: FlowQuery, by: TalkerKey): Promise<readonly Talker[]> {
    return this.read('flow', query, ({ reader, files }) => talkersOf(reader, pathsOf(files), query, by), [], `talkers ${by}`);
  }

  flowVolume(query: FlowQuery, bins: number): Promise<FlowVolume> {
    const none = { start: Number.NaN, binMicros: 0, flows: [], bytes: [], total: 0 };
    return this.read('flow', query, (stored) => volumeOf(stored, query, bins), none, `volume ${bins}`);
  }

  hosts(query: EventQuery): Promise<readonly HostCount[]> {
    return this.read('log', query, (stored) => hostsOf(stored, query), [], 'hosts');
  }

  histogram(query: EventQuery, bins: number): Promise<EventHistogram> {
    const none = { start: Number.NaN, binMicros: 0, counts: [], total: 0, oldest: Number.NaN, newest: Number.NaN };
    return this.read('log', query, (stored) => histogramOf(stored, query, bins), none, `histogram ${bins}`);
  }

  async features(query: RowQuery & { feature?: string }): Promise<readonly FeatureRow[]> {
    const rows = (stored: StoredFiles) => rowsOfFiles(stored, query, 'feature', query.feature);
    return (await this.read('features', query, rows, [], 'rows')).map(toFeature);
  }

  async detections(query: RowQuery & { detector?: string }): Promise<readonly DetectionRow[]> {
    const rows = (stored: StoredFiles) => rowsOfFiles(stored, query, 'detector', query.detector);
    return (await this.read('detections', query, rows, [], 'rows')).map(toDetection);
  }

  async retain(retention: Retention, now: Micros): Promise<{ removedFiles: number; removedBytes: number; heldBytes: number }> {
    const { keys, bytes, heldBytes } = this.index.expire(retention, now);
    if (keys.length > 0) this.answers.clear();
    for (const key of keys) await this.bytes.remove(key);
    return { removedFiles: keys.length, removedBytes: bytes, heldBytes };
  }

  files({ from, to }: { from?: Micros; to?: Micros }): readonly string[] {
    return pathsOf(this.listed('log', { from, to }, OF_SOURCES));
  }

  stored({ kind, ...range }: StoredFilesQuery): StoredFileList {
    return { files: pathsOf(this.listed(kind, range, OF_SOURCES)), ...this.index.reach(kind) };
  }

  size(): number {
    return this.index.size();
  }

  async close(): Promise<void> {
    await this.compaction.close();
    await this.appending.run(async () => undefined);
    await this.writing.run(async () => undefined);
    const opened = await this.opened?.catch(() => undefined);
    opened?.duck.close();
  }

  private listed(
    dataset: Dataset,
    { from, to }: { from?: Micros | undefined; to?: Micros | undefined },
    withUploads = true,
  ): readonly ListedFile[] {
    return this.index.listed(dataset, from, to, withUploads).map(({ key, ...file }) => ({ ...file, path: this.bytes.local(key) }));
  }

  /** `name` tells the question from others about the same rows. */
  private read<T>(
    dataset: Dataset,
    query: { from?: Micros; to?: Micros; limit?: number },
    work: (stored: StoredFiles) => Promise<T>,
    none: T,
    name: string,
  ): Promise<T> {
    const now = () => this.readNow(dataset, query, work, none);
    return (query.limit ?? 0) > SHARED_ROWS ? now() : this.answers.of(`${dataset} ${name}`, query, now);
  }

  private async readNow<T>(
    dataset: Dataset,
    range: { from?: Micros; to?: Micros },
    work: (stored: StoredFiles) => Promise<T>,
    none: T,
  ): Promise<T> {
    const files = this.listed(dataset, range);
    if (files.length === 0) return none;
    const { reader } = await this.open();
    const { partials, found } = this;
    try {
      return await work({ reader, partials, found, files });
    } catch (error) {
      if (error instanceof VedetteError) throw error;
      const now = this.listed(dataset, range);
      // Retention may have removed a file after it was listed, or a merged one has taken its place.
      if (pathsOf(now).join() === pathsOf(files).join()) throw duckError(error, this.bytes.local('events'));
      return now.length === 0 ? none : work({ reader, partials, found, files: now });
    }
  }

  private seal(staged: EventStaging): void {
    this.filling.delete(staged.kind);
    this.full.push(staged);
  }

  private writeFull(): Promise<void> {
    return this.writing.run(async () => {
      for (let [staged] = this.full; staged !== undefined; [staged] = this.full) {
        const { epoch } = staged;
        for (const file of await this.writeStaging(staged)) this.pending.push({ epoch, file });
        this.full.shift();
      }
    });
  }

  private writeStaging(staged: EventStaging): Promise<readonly StoredFile[]> {
    return writeStaged(this.bytes, staged, this.unusedPart(staged.kind, staged.epoch));
  }

  private async write(rows: Omit<FileSpec, 'epoch' | 'part'>, epoch: number): Promise<void> {
    const { duck } = await this.open();
    const spec = { ...rows, epoch, part: this.unusedPart(rows.dataset, epoch) };
    const written = await this.guarded(() =>
      this.options.io.writes.run(() => writeByDay(duck.writing, this.bytes, this.bytes.local('events'), spec)),
    );
    for (const file of written) this.pending.push({ epoch, file });
  }

  /** File names are never used twice. */
  private unusedPart(dataset: Dataset, epoch: number): number {
    while (this.index.uses(dataset, epoch, this.parts)) this.parts++;
    return this.parts++;
  }

  private inTurn<T>(work: (opened: Opened) => Promise<T>): Promise<T> {
    return this.appending.run(() => this.guarded(async () => work(await this.open())));
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw duckError(error, this.bytes.local('events'));
    }
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
    return { duck, reader: new StoredReader(duck.reading, this.options.io) };
  }
}

/** Without uploads. */
const OF_SOURCES = false;

const pathsOf = (files: readonly ListedFile[]): readonly string[] => files.map(({ path }) => path);
