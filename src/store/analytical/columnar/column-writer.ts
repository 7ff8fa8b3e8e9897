import { VedetteError } from '../../../core/index.ts';
import type { ColumnChunk } from './chunk-pages.ts';
import type { ColumnSource } from './column-source.ts';

/** Parquet's physical types as it numbers them. */
export const PHYSICAL = { int32: 1, int64: 2, double: 5, bytes: 6 } as const;

/** One column of a file that is being made, row group by row group, page by page. */
export interface ColumnWriter {
  readonly physical: number;
  /** A list of values in each row. */
  readonly isList: boolean;
  readonly compressed: boolean;
  /** Bytes of the page that is being filled; 0 where its rows bound it. */
  readonly waiting: number;
  /** Bytes of the row group's pages. */
  readonly size: number;
  /** Rows [from, to) of a batch's column. */
  append(source: ColumnSource, from: number, to: number): void;
  endPage(): void;
  /** Ends the row group, whose last page has ended. */
  endChunk(): ColumnChunk;
}

export function unexpected(source: ColumnSource, column: string): VedetteError {
  return new VedetteError('INTERNAL', `a column of ${column} was given ${source.of}`);
}
