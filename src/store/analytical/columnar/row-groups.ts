import type { ColumnChunk } from './chunk-pages.ts';
import type { ColumnSource } from './column-source.ts';
import type { ColumnWriter } from './column-writer.ts';

/** Rows of a page at most, and bytes of text in one column: what is made at once takes some milliseconds. */
const PAGE_ROWS = 8192;
const PAGE_BYTES = 4 * 1024 ** 2;
/** As DuckDB's own: what a query skips or reads in a thread of its own. */
const GROUP_ROWS = 15 * PAGE_ROWS;
const GROUP_BYTES = 32 * 1024 ** 2;

export interface RowGroup {
  readonly rows: number;
  readonly columns: readonly ColumnChunk[];
}

/** Rows of one file that is being made, encoded as they come. */
export class RowGroups {
  private readonly columns: readonly ColumnWriter[];
  private groups: RowGroup[] = [];
  private groupRows = 0;
  private pageRows = 0;
  /** Of the row groups that are full. */
  private bytes = 0;

  constructor(columns: readonly ColumnWriter[]) {
    this.columns = columns;
  }

  /** Bytes that wait for the file, without the rest of a page. */
  get size(): number {
    return this.bytes + this.groupBytes;
  }

  /** Bytes of text in the rest of a page. */
  get waiting(): number {
    return this.columns.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  private get groupBytes(): number {
    return this.columns.reduce((sum, { size }) => sum + size, 0);
  }

  /** As many of the rows [from, to) of a batch as the page takes, a source for each column; returns where it stopped. */
  append(sources: readonly ColumnSource[], from: number, to: number): number {
    const end = Math.min(to, from + PAGE_ROWS - this.pageRows);
    for (const [i, column] of this.columns.entries()) column.append(sources[i] as ColumnSource, from, end);
    this.pageRows += end - from;
    if (this.pageRows >= PAGE_ROWS || this.columns.some(({ waiting }) => waiting >= PAGE_BYTES)) this.endPage();
    return end;
  }

  /** All rows so far; more may come. */
  finished(): readonly RowGroup[] {
    this.endPage();
    this.endGroup();
    return this.groups;
  }

  private endPage(): void {
    if (this.pageRows === 0) return;
    for (const column of this.columns) column.endPage();
    this.groupRows += this.pageRows;
    this.pageRows = 0;
    if (this.groupRows >= GROUP_ROWS || this.groupBytes >= GROUP_BYTES) this.endGroup();
  }

  private endGroup(): void {
    if (this.groupRows === 0) return;
    const columns = this.columns.map((column) => column.endChunk());
    this.bytes += columns.reduce((sum, { bytes }) => sum + bytes, 0);
    this.groups.push({ rows: this.groupRows, columns });
    this.groupRows = 0;
  }
}
