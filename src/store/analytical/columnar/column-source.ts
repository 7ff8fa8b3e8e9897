import type { DictColumn, SpansColumn, TextColumn } from '../../../core/index.ts';
import type { ByteSink } from './byte-sink.ts';
import type { Utf8Spans } from './utf8.ts';

/** One column of a batch as it is stored; each kind of column takes its own, or `absent` rows. */
export type ColumnSource =
  | { readonly of: 'absent' }
  | { readonly of: 'numbers'; readonly values: Float64Array | Int32Array }
  | { readonly of: 'constant'; readonly value: string }
  | { readonly of: 'names'; readonly column: DictColumn }
  | { readonly of: 'text'; readonly column: TextColumn; readonly utf8: Utf8Spans }
  | { readonly of: 'spans'; readonly column: SpansColumn; readonly utf8: Utf8Spans }
  /** Appends the text of a row to the sink; false = absent, with nothing appended. */
  | { readonly of: 'made'; readonly write: (row: number, sink: ByteSink) => boolean };

export const ABSENT: ColumnSource = { of: 'absent' };
