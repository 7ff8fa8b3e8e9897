import type { EvidenceLine } from '../../core/index.ts';
import type { FlowColumn } from '../../features/index.ts';
import type { DataFingerprint } from '../data.ts';

/** Flows of a data set with what tells them apart kept beside the quantities. All arrays have `rows` entries. */
export interface FlowTable {
  readonly rows: number;
  readonly columns: readonly FlowColumn[];
  /** Absent where no row has any; a placeholder (`isPlaceholder`) is none. */
  readonly labels?: readonly string[];
  readonly source: readonly string[];
  readonly destination: readonly string[];
  readonly sourcePort: Float64Array;
  readonly destinationPort: Float64Array;
  /** Microseconds since 1970; NaN where absent. */
  readonly time: Float64Array;
  /** Of each row's text: first 8 hex digits of its SHA-256 over 2^32, in [0, 1); NaN where there is no text (Parquet). */
  readonly hash: Float64Array;
  /** `input:line` of each row; of Parquet the number of the row. */
  readonly keys: readonly string[];
  /** Bytes of each row's line in its input; both 0 where there are no lines (Parquet). */
  readonly offset: Float64Array;
  readonly length: Int32Array;
  readonly fingerprint: DataFingerprint;
  readonly skipped: readonly { readonly input: string; readonly reason: string }[];
  /** Lines with another number of cells than the header. */
  readonly damaged: number;
}

/** Where a row stands in its input. */
export function placeOf({ keys, offset, length, time }: FlowTable, row: number): EvidenceLine {
  const key = keys[row] as string;
  const at = key.lastIndexOf(':');
  const when = time[row] as number;
  return {
    input: key.slice(0, at),
    line: Number(key.slice(at + 1)),
    offset: offset[row] as number,
    length: length[row] as number,
    ...(Number.isNaN(when) ? {} : { time: when }),
  };
}
