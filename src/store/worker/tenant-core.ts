import { dirname, join } from 'node:path';
import { VedetteError } from '../../core/index.ts';
import type { IoThreads } from '../analytical/duckdb.ts';
import { EventFiles } from '../analytical/event-files.ts';
import { Events } from '../analytical/events.ts';
import { copyDatabaseSql, linkTree } from '../backup/snapshot.ts';
import { Checkpoints } from '../checkpoints.ts';
import type { ByteStore, EpochCommit, HomeOptions } from '../contract.ts';
import { diskBytes } from '../disk.ts';
import { Alerts } from '../relational/alerts.ts';
import { openSqlite, type RelationalDatabase } from '../relational/database.ts';
import { DeadLetters } from '../relational/dead-letters.ts';
import { Entities } from '../relational/entities.ts';
import { Expectations } from '../relational/expectations.ts';
import { Incidents } from '../relational/incidents.ts';
import { Journal } from '../relational/journal.ts';
import { Labels } from '../relational/labels.ts';
import { migrate } from '../relational/migrations.ts';
import { Outbox } from '../relational/outbox.ts';
import { Positions } from '../relational/positions.ts';
import { bindable } from '../relational/selection.ts';
import { SeriesTables } from '../relational/series.ts';
import { Settings } from '../relational/settings.ts';

export const DEFAULTS = { events: 'everything', keepEpochs: 3, memoryBytes: 512 * 1024 ** 2, threads: 1 } as const;

/** The stores of one tenant, inside the store worker. */
export class TenantCore {
  readonly positions: Positions;
  readonly alerts: Alerts;
  readonly labels: Labels;
  readonly incidents: Incidents;
  readonly expectations: Expectations;
  readonly entities: Entities;
  readonly outbox: Outbox;
  readonly journal: Journal;
  readonly settings: Settings;
  readonly deadLetters: DeadLetters;
  readonly checkpoints: Checkpoints;
  readonly events: Events;
  readonly series: SeriesTables;
  private readonly database: RelationalDatabase;
  private readonly bytes: ByteStore;
  private readonly files: EventFiles;
  private committing: Promise<unknown> = Promise.resolve();

  private constructor(database: RelationalDatabase, bytes: ByteStore, options: HomeOptions, io: IoThreads) {
    this.database = database;
    this.bytes = bytes;
    this.files = new EventFiles(database);
    this.positions = new Positions(database);
    this.alerts = new Alerts(database);
    this.labels = new Labels(database);
    this.incidents = new Incidents(database);
    this.expectations = new Expectations(database);
    this.entities = new Entities(database);
    this.outbox = new Outbox(database);
    this.journal = new Journal(database);
    this.series = new SeriesTables(database);
    this.settings = new Settings(database);
    this.deadLetters = new DeadLetters(database, bytes, options.deadLetterBytes);
    this.checkpoints = new Checkpoints(database, bytes, options.keepEpochs ?? DEFAULTS.keepEpochs);
    this.events = new Events(bytes, this.files, {
      keep: (options.events ?? DEFAULTS.events) === 'everything',
      memoryBytes: options.memoryBytes ?? DEFAULTS.memoryBytes,
      threads: options.threads ?? DEFAULTS.threads,
      io,
    });
  }

  static async open(folder: string, options: HomeOptions, io: IoThreads): Promise<TenantCore> {
    const bytes = diskBytes(folder);
    const path = bytes.local('meta.db');
    const database = await openSqlite(path);
    try {
      migrate(database, path);
      const core = new TenantCore(database, bytes, options, io);
      await core.discardUncommitted();
      core.events.next = core.epoch() + 1;
      return core;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  epoch(): number {
    return Number(this.database.get('SELECT coalesce(max(epoch), 0) AS epoch FROM epochs')?.epoch ?? 0);
  }

  commitEpoch(commit: EpochCommit): Promise<void> {
    const done = this.committing.then(() => this.commitNow(commit));
    // Nobody waits for what is no longer listed to go.
    this.committing = done.then((keys) => Promise.all(keys.map((key) => this.bytes.remove(key)))).catch(() => undefined);
    return done.then(() => undefined);
  }

  /** Keys of checkpoints that are listed no more. */
  private async commitNow(commit: EpochCommit): Promise<readonly string[]> {
    const expected = this.epoch() + 1;
    if (commit.epoch !== expected)
      throw new VedetteError('INTERNAL', `Epoch ${commit.epoch} cannot be committed; the next one is ${expected}`);
    const files = await this.events.flush(commit.epoch);
    const blobs = await this.checkpoints.store(commit.epoch, commit.checkpoints);
    const unlisted = this.kept(() => {
      this.database.run('INSERT INTO epochs (epoch, at) VALUES (?, ?)', [commit.epoch, bindable(commit.at)]);
      this.files.write(files, commit.epoch, commit.at);
      this.checkpoints.list(commit.epoch, blobs);
      this.positions.write(commit.positions);
      this.alerts.write(commit.alerts, commit.epoch, commit.at);
      this.incidents.write(commit.incidents ?? [], commit.epoch, commit.at);
      this.entities.writeSeen(commit.seen ?? [], commit.at);
      this.entities.write(commit.entities ?? [], commit.at);
      if (commit.entityClock !== undefined) this.entities.writeClock(commit.entityClock);
      this.outbox.write(commit.outbox);
      this.journal.writeCounters(commit.counters);
      this.journal.writeCalibration(commit.calibration ?? []);
      for (const report of commit.reports ?? []) this.journal.saveReport(report);
      this.series.write(commit.series ?? [], commit.epoch);
      return this.checkpoints.prune();
    });
    this.events.settle(commit.epoch, commit.at);
    return unlisted;
  }

  private kept<T>(work: () => T): T {
    try {
      return this.database.transaction(work);
    } catch (error) {
      this.series.forget();
      throw error;
    }
  }

  /** What was written under an epoch that never committed is not listed: it goes. */
  private async discardUncommitted(): Promise<void> {
    const listed = new Set([...this.files.all(), ...this.checkpoints.keys(), ...this.deadLetters.keys()]);
    for (const prefix of ['events', 'checkpoints', 'dead-letters']) {
      for (const { key } of await this.bytes.list(prefix)) if (!listed.has(key)) await this.bytes.remove(key);
    }
  }

  /** Everything as of the last commit, in another folder. The database is copied and the files are linked in one go: nothing comes between. */
  async snapshot(target: string): Promise<void> {
    await this.committing;
    linkTree(dirname(this.bytes.local('meta.db')), target);
    this.database.script(copyDatabaseSql(join(target, 'meta.db')));
  }

  async close(): Promise<void> {
    await this.committing;
    await this.events.close();
    this.database.close();
  }
}
