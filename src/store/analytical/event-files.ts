import type { Micros } from '../../core/index.ts';
import type { Retention } from '../contract.ts';
import type { RelationalDatabase, SqlRow } from '../relational/database.ts';
import { type MergeableFile, SMALL_ROWS } from './merges.ts';
import { type Dataset, fileName, type StoredFile } from './parquet-files.ts';

/** A visible file; times are absent where its rows have none. */
export interface ListedFile {
  readonly path: string;
  readonly rows: number;
  readonly minTime?: number;
  readonly maxTime?: number;
}

/** The list of visible files; it lives in the relational store, so that files appear with the epoch that commits them. */
export class EventFiles {
  private readonly database: RelationalDatabase;

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  /** Inside the epoch's transaction. */
  write(files: readonly StoredFile[], epoch: number, arrivedAt: Micros): void {
    for (const file of files) this.insert({ ...file, epoch, firstEpoch: epoch, arrivedAt });
  }

  /** Files of an upload, in a transaction of their own: they are neither merged nor do they age, and go with the upload. */
  writeUpload(upload: string, files: readonly StoredFile[], arrivedAt: Micros): void {
    this.database.transaction(() => {
      for (const file of files) this.insert({ ...file, epoch: 0, firstEpoch: 0, arrivedAt }, upload);
    });
  }

  /** Off the list; returns their keys. */
  removeUpload(upload: string): readonly string[] {
    return this.database.transaction(() => {
      const keys = this.database.all('SELECT key FROM files WHERE upload = ?', [upload]).map((row) => row.key as string);
      this.database.run('DELETE FROM files WHERE upload = ?', [upload]);
      return keys;
    });
  }

  /** Small files, each with what is known of it. */
  mergeable(): readonly MergeableFile[] {
    return this.database.all('SELECT * FROM files WHERE row_count < ? AND upload IS NULL ORDER BY epoch, key', [SMALL_ROWS]).map((row) => ({
      key: row.key as string,
      dataset: row.dataset as Dataset,
      epoch: Number(row.epoch),
      firstEpoch: Number(row.first_epoch ?? row.epoch),
      rows: Number(row.row_count),
      bytes: Number(row.bytes),
      ...(row.min_time === null || row.max_time === null ? {} : { minTime: Number(row.min_time), maxTime: Number(row.max_time) }),
      sources: JSON.parse(row.sources as string) as string[],
      ...(row.arrived_at === null ? {} : { arrivedAt: Number(row.arrived_at) }),
    }));
  }

  /** Lists the merged file in place of those it was made from, in one transaction; false, and nothing changed, where one of them is gone. */
  replace(files: readonly MergeableFile[], merged: MergeableFile): boolean {
    return this.database.transaction(() => {
      const listed = this.all();
      if (files.some(({ key }) => !listed.has(key))) return false;
      for (const { key } of files) this.database.run('DELETE FROM files WHERE key = ?', [key]);
      this.insert(merged);
      return true;
    });
  }

  private insert(file: MergeableFile, upload?: string): void {
    this.database.run(
      'INSERT INTO files (key, dataset, first_epoch, epoch, row_count, bytes, min_time, max_time, sources, arrived_at, upload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        file.key,
        file.dataset,
        file.firstEpoch,
        file.epoch,
        file.rows,
        file.bytes,
        file.minTime ?? null,
        file.maxTime ?? null,
        JSON.stringify(file.sources),
        file.arrivedAt ?? null,
        upload ?? null,
      ],
    );
  }

  listed(
    dataset: Dataset,
    from?: Micros,
    to?: Micros,
    withUploads = true,
  ): readonly (Omit<ListedFile, 'path'> & { readonly key: string })[] {
    const timeless = from === undefined && to === undefined;
    const rows = this.database.all(
      `SELECT key, row_count, min_time, max_time FROM files
       WHERE dataset = ? AND (? OR upload IS NULL) AND (? OR (min_time IS NOT NULL AND (? IS NULL OR max_time >= ?) AND (? IS NULL OR min_time < ?))) ORDER BY key`,
      [dataset, withUploads ? 1 : 0, timeless ? 1 : 0, from ?? null, from ?? null, to ?? null, to ?? null],
    );
    return rows.map((row) => ({
      key: row.key as string,
      rows: Number(row.row_count),
      ...(row.min_time === null || row.max_time === null ? {} : { minTime: Number(row.min_time), maxTime: Number(row.max_time) }),
    }));
  }

  /** Times of the oldest and the newest row; nothing where no file has any. */
  reach(dataset: Dataset): { readonly oldest?: Micros; readonly newest?: Micros } {
    const row = this.database.get(
      'SELECT min(min_time) AS oldest, max(max_time) AS newest FROM files WHERE dataset = ? AND upload IS NULL',
      [dataset],
    );
    if (row === undefined || row.oldest === null || row.newest === null) return {};
    return { oldest: Number(row.oldest), newest: Number(row.newest) };
  }

  uses(dataset: Dataset, epoch: number, part: number): boolean {
    return this.database.get('SELECT 1 FROM files WHERE key GLOB ?', [`events/${dataset}/*/${fileName(epoch, part)}`]) !== undefined;
  }

  all(): ReadonlySet<string> {
    return new Set(this.database.all('SELECT key FROM files').map((row) => row.key as string));
  }

  size(): number {
    return Number(this.database.get('SELECT coalesce(sum(bytes), 0) AS n FROM files')?.n ?? 0);
  }

  /**
   * Takes what is past its age, counted from its newest row or its arrival, whichever is later, then the oldest until the rest
   * fits, off the list. A file is held while a kept alert needs it: with rows of an epoch between the state the alert starts from and
   * its own, or of the alert's source and time.
   */
  expire({ maxAge, maxBytes }: Retention, now: Micros): { keys: readonly string[]; bytes: number; heldBytes: number } {
    const needed = `EXISTS (SELECT 1 FROM alerts a WHERE (f.epoch > a.lineage_epoch AND coalesce(f.first_epoch, f.epoch) <= a.epoch)
      OR (f.min_time <= a.end_at AND f.max_time >= a.start_at AND EXISTS (SELECT 1 FROM json_each(f.sources) WHERE value = a.source)))`;
    const files = this.database.all(
      `SELECT key, bytes, max(max_time, coalesce(arrived_at, max_time)) AS newest, ${needed} AS needed FROM files f WHERE upload IS NULL ORDER BY max_time IS NULL DESC, max_time, epoch, key`,
    );
    let total = files.reduce((sum, file) => sum + Number(file.bytes), 0);
    let heldBytes = 0;
    const gone: SqlRow[] = [];
    for (const file of files) {
      const old = maxAge !== undefined && file.newest !== null && Number(file.newest) < now - maxAge;
      const tooMuch = maxBytes !== undefined && total > maxBytes;
      if (!old && !tooMuch) continue;
      if (file.needed === 1) {
        heldBytes += Number(file.bytes);
        continue;
      }
      total -= Number(file.bytes);
      gone.push(file);
    }
    this.database.transaction(() => {
      for (const file of gone) this.database.run('DELETE FROM files WHERE key = ?', [file.key as string]);
    });
    return { keys: gone.map((file) => file.key as string), bytes: gone.reduce((sum, file) => sum + Number(file.bytes), 0), heldBytes };
  }
}
