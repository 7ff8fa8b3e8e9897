import type { Micros } from '../../core/index.ts';
import type { StoredFile } from './parquet-files.ts';

/** A listed file as merging sees it. */
export interface MergeableFile extends StoredFile {
  /** Its rows were committed from this epoch to that one. */
  readonly firstEpoch: number;
  readonly epoch: number;
  readonly arrivedAt?: Micros;
}

/** Files with fewer rows are merged. */
export const SMALL_ROWS = 100_000;
/** A merged file has at most so many rows, or those of two small files. */
const MOST_ROWS = 500_000;
/** So many files of about one size are merged, fewer only once no more can come. */
const ENOUGH = 8;
const MOST_FILES = 64;
/** Files whose rows expire within one such span are merged: retention by age stays exact to it. */
const EXPIRY: Micros = 3_600_000_000;

/**
 * Which small files to merge next, oldest first; undefined where none are due. Files of one kind, day and hour of expiry are merged, eight
 * of about the same size at once, so that a row is written again as often as its file grows eightfold; what is left of an hour that is
 * past is merged whatever its size.
 */
export function nextMerge(files: readonly MergeableFile[], now: Micros): readonly MergeableFile[] | undefined {
  const groups = new Map<string, MergeableFile[]>();
  const add = (name: string, file: MergeableFile) => groups.set(name, [...(groups.get(name) ?? []), file]);
  const hour = Math.floor(now / EXPIRY);
  for (const file of [...files].filter(({ rows }) => rows < SMALL_ROWS).sort((a, b) => a.epoch - b.epoch || (a.key < b.key ? -1 : 1))) {
    const expires = Math.floor(Math.max(file.arrivedAt ?? 0, file.maxTime ?? file.arrivedAt ?? 0) / EXPIRY);
    const place = `${file.key.slice(0, file.key.lastIndexOf('/'))} ${expires}`;
    if ((file.arrivedAt ?? 0) < hour * EXPIRY) add(place, file);
    else add(`${place} ${Math.floor(Math.log2(Math.max(1, file.rows)) / Math.log2(ENOUGH))}`, file);
  }
  for (const group of groups.values()) {
    const isPast = group.every(({ arrivedAt = 0 }) => arrivedAt < hour * EXPIRY);
    if (group.length >= (isPast ? 2 : ENOUGH)) return fitting(group);
  }
  return undefined;
}

/** As many from the first on as one file holds, at least two. */
function fitting(group: readonly MergeableFile[]): readonly MergeableFile[] {
  let rows = 0;
  const taken = group.slice(0, MOST_FILES).findIndex((file, i) => {
    rows += file.rows;
    return i >= 2 && rows > MOST_ROWS;
  });
  return group.slice(0, taken < 0 ? MOST_FILES : taken);
}
