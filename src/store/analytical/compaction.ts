import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Micros } from '../../core/index.ts';
import type { ByteStore } from '../contract.ts';
import type { EventFiles } from './event-files.ts';
import { type MergeableFile, nextMerge } from './merges.ts';
import { copyToParquet, type Dataset, fileName, rowsOf } from './parquet-files.ts';

/** A merged file stays on disk so long, for readers that were given its path before; a new start removes it too. */
const KEPT_MILLIS = 600_000;
/** Files that may be due are looked for after so many new ones, or so long. */
const LOOK_AFTER_FILES = 8;
const LOOK_EVERY: Micros = 600_000_000;
/** After a failed merge none is tried for so long. */
const REST_MILLIS = 600_000;

export interface CompactionOptions {
  readonly bytes: ByteStore;
  readonly files: EventFiles;
  readonly connection: () => Promise<DuckDBConnection>;
  /** Waits for its turn. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /** A number no file of this kind and epoch has. */
  readonly unusedPart: (dataset: Dataset, epoch: number) => number;
  /** The list of files changed. */
  readonly merged: () => void;
}

/**
 * Merges small files into larger ones, row by row in the order of their epochs, in the memory of one row group. The new file is durable
 * before one transaction lists it in place of the others: a crash before leaves those, one after leaves it.
 */
export class Compaction {
  private readonly options: CompactionOptions;
  private running: Promise<void> | undefined;
  private replaced: { readonly key: string; readonly at: number }[] = [];
  private restUntil = 0;
  private added = 0;
  private nextLook: Micros | undefined;
  private closed = false;

  constructor(options: CompactionOptions) {
    this.options = options;
  }

  /** So many files were added, `now` by the clock of the epochs: what is due is merged, beside everything else. */
  grown(files: number, now: Micros): void {
    // What was there before counts too: a process may end before it has written enough.
    if (this.nextLook === undefined) {
      this.nextLook = now + LOOK_EVERY;
      this.added = this.options.files.mergeable().length;
    } else this.added += files;
    if (this.closed || this.running !== undefined || (this.added < LOOK_AFTER_FILES && now < this.nextLook)) return;
    this.added = 0;
    this.nextLook = now + LOOK_EVERY;
    this.running = this.mergeAll(now)
      .catch(() => {
        // What failed (a full disk, a file that retention took) changed nothing; it is tried again later.
        this.restUntil = performance.now() + REST_MILLIS;
      })
      .finally(() => {
        this.running = undefined;
      });
  }

  async settled(): Promise<void> {
    await this.running;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.running;
    await this.removeReplaced(Number.POSITIVE_INFINITY);
  }

  private async mergeAll(now: Micros): Promise<void> {
    await this.removeReplaced(performance.now() - KEPT_MILLIS);
    if (performance.now() < this.restUntil) return;
    for (let due = this.next(now); due !== undefined && !this.closed; due = this.next(now)) await this.merge(due);
  }

  private next(now: Micros): readonly MergeableFile[] | undefined {
    return nextMerge(this.options.files.mergeable(), now);
  }

  private async merge(group: readonly MergeableFile[]): Promise<void> {
    const { bytes, files, connection, inTurn, unusedPart, merged } = this.options;
    const last = group.at(-1) as MergeableFile;
    const { dataset, epoch } = last;
    const folder = last.key.slice(0, last.key.lastIndexOf('/'));
    const key = `${folder}/${fileName(epoch, unusedPart(dataset, epoch))}`;
    const path = bytes.local(key);
    try {
      const rows = group.reduce((sum, file) => sum + file.rows, 0);
      await inTurn(async () => {
        const duck = await connection();
        const list = group.map((file) => `'${bytes.local(file.key).replaceAll("'", "''")}'`).join(', ');
        const select = `SELECT * FROM read_parquet([${list}], union_by_name = true)`;
        await copyToParquet(duck, select, [path], bytes.local('events'));
        const [counted] = await rowsOf(duck, 'SELECT count(*) AS n FROM read_parquet($1)', [path]);
        if (Number(counted?.n) !== rows) throw new Error(`${key} holds ${String(counted?.n)} rows, not ${rows}`);
      });
      const whole: MergeableFile = { ...spanOf(group), key, dataset, epoch, rows, bytes: (await stat(path)).size };
      if (!files.replace(group, whole)) return await bytes.remove(key);
      merged();
      const at = performance.now();
      this.replaced.push(...group.map((file) => ({ key: file.key, at })));
    } catch (error) {
      await bytes.remove(key);
      throw error;
    }
  }

  private async removeReplaced(before: number): Promise<void> {
    const gone = this.replaced.filter(({ at }) => at <= before);
    this.replaced = this.replaced.filter(({ at }) => at > before);
    for (const { key } of gone) await this.options.bytes.remove(key);
  }
}

/** What is said of the rows of all files. */
function spanOf(group: readonly MergeableFile[]): Pick<MergeableFile, 'firstEpoch' | 'sources' | 'minTime' | 'maxTime' | 'arrivedAt'> {
  const times = group.flatMap(({ minTime, maxTime }) => (minTime === undefined || maxTime === undefined ? [] : [minTime, maxTime]));
  const arrivals = group.flatMap(({ arrivedAt }) => (arrivedAt === undefined ? [] : [arrivedAt]));
  return {
    firstEpoch: Math.min(...group.map(({ firstEpoch }) => firstEpoch)),
    sources: [...new Set(group.flatMap(({ sources }) => sources))].sort(),
    ...(times.length > 0 && { minTime: Math.min(...times), maxTime: Math.max(...times) }),
    ...(arrivals.length > 0 && { arrivedAt: Math.max(...arrivals) }),
  };
}
