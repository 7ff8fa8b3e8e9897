import type { DuckRow } from './parquet-files.ts';

/** What remembered rows take in all, roughly. */
const MOST_BYTES = 16 * 1024 ** 2;
/** Of one row, besides its text. */
const ROW_BYTES = 500;
/** Of a file in which nothing was found. */
const FILE_BYTES = 200;

interface Found {
  readonly byFile: Map<string, readonly DuckRow[]>;
  bytes: number;
}

/**
 * All rows of a file that match a filter, where they are few or none: a file never changes, so it is not searched for them again.
 * The filter least recently asked for goes first.
 */
export class FoundRows {
  private readonly byFilter = new Map<string, Found>();
  private bytes = 0;

  /** By path. */
  of(filter: string): ReadonlyMap<string, readonly DuckRow[]> {
    const found = this.byFilter.get(filter);
    if (found === undefined) return NONE;
    this.byFilter.delete(filter);
    this.byFilter.set(filter, found);
    return found.byFile;
  }

  add(filter: string, path: string, rows: readonly DuckRow[]): void {
    const found = this.byFilter.get(filter) ?? { byFile: new Map(), bytes: 0 };
    if (found.byFile.has(path)) return;
    this.byFilter.set(filter, found);
    const bytes = FILE_BYTES + rows.reduce((sum, row) => sum + bytesOf(row), 0);
    found.byFile.set(path, rows);
    found.bytes += bytes;
    this.bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.byFilter) {
      if (this.bytes <= MOST_BYTES) return;
      this.byFilter.delete(oldest);
      this.bytes -= freed;
    }
  }
}

function bytesOf(row: DuckRow): number {
  let bytes = ROW_BYTES;
  // Parameters are no longer than the message they come from.
  for (const value of Object.values(row)) if (typeof value === 'string') bytes += 4 * value.length;
  return bytes;
}

const NONE: ReadonlyMap<string, readonly DuckRow[]> = new Map();
