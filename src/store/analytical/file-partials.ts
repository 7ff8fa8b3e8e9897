import type { Micros } from '../../core/index.ts';
import type { ListedFile } from './event-files.ts';
import type { DuckRow } from './parquet-files.ts';
import type { StoredReader } from './stored-reader.ts';
import type { Where } from './where.ts';

/** Rows of partial results kept in all, and of one file. */
const MOST_ROWS = 200_000;
const MOST_OF_FILE = 20_000;

export interface Range {
  readonly from?: Micros;
  readonly to?: Micros;
}

/** A query whose results of single files add up to that of all. */
export interface PartialQuery {
  /** Columns and aggregates of each group. */
  readonly select: string;
  /** Empty = one group. */
  readonly groupBy: string;
  /** Conditions, with the range and without: a file that lies wholly in it gives the same either way. */
  readonly where: (range: Range) => Where;
  readonly range: Range;
  /** It goes through all text. */
  readonly slow?: boolean | undefined;
}

/**
 * Results of single files, kept: files never change, so what is asked again and again is worked out for the files that are new
 * since. The least recently used go first.
 */
export class FilePartials {
  private readonly kept = new Map<string, readonly DuckRow[]>();
  private rows = 0;

  /** The groups of every file; groups of the same name come once per file, to be added up. */
  async of(reader: StoredReader, files: readonly ListedFile[], query: PartialQuery): Promise<readonly DuckRow[]> {
    const { range, where, select, groupBy, slow } = query;
    const whole = files.filter((file) => liesIn(file, range));
    const cut = files.filter((file) => !liesIn(file, range)).map(({ path }) => path);
    const unranged = where({});
    const name = JSON.stringify([select, groupBy, unranged.sql, unranged.values.map(String)]);
    const fresh = whole.map(({ path }) => path).filter((path) => !this.kept.has(`${path} ${name}`));
    const sqlOf = (condition: string) =>
      `SELECT filename, ${select} FROM read_parquet($1, union_by_name = true, filename = true) WHERE ${condition} GROUP BY filename${groupBy === '' ? '' : `, ${groupBy}`}`;
    const found = new Map<string, DuckRow[]>(fresh.map((path) => [path, []]));
    for (const row of await reader.rows(sqlOf(unranged.sql), fresh, unranged.values, slow)) found.get(String(row.filename))?.push(row);
    const all: DuckRow[] = [];
    for (const { path } of whole) {
      const key = `${path} ${name}`;
      const rows = found.get(path) ?? this.kept.get(key) ?? [];
      this.forget(key);
      if (rows.length <= MOST_OF_FILE) this.keep(key, rows);
      for (const row of rows) all.push(row);
    }
    const ranged = where(range);
    for (const row of await reader.rows(sqlOf(ranged.sql), cut, ranged.values, slow)) all.push(row);
    return all;
  }

  private keep(key: string, rows: readonly DuckRow[]): void {
    this.kept.set(key, rows);
    // An empty result takes room too.
    this.rows += rows.length + 1;
    for (const oldest of this.kept.keys()) {
      if (this.rows <= MOST_ROWS) return;
      this.forget(oldest);
    }
  }

  private forget(key: string): void {
    const rows = this.kept.get(key);
    if (rows === undefined) return;
    this.kept.delete(key);
    this.rows -= rows.length + 1;
  }
}

/** Whether all rows of the file do. */
export function liesIn({ minTime, maxTime }: ListedFile, { from, to }: Range): boolean {
  if (from === undefined && to === undefined) return true;
  if (minTime === undefined || maxTime === undefined) return false;
  return (from === undefined || minTime >= from) && (to === undefined || maxTime < to);
}
