import type { DataFingerprint } from '../data.ts';

/** A column of a flow data set as it was read; a cell that is no number makes the whole column text. */
export type FlowColumn =
  | { readonly name: string; readonly kind: 'number'; readonly values: Float64Array }
  | { readonly name: string; readonly kind: 'text'; readonly values: readonly string[] };

/** Flows of a data set with what tells them apart kept beside the quantities. All arrays have `rows` entries. */
export interface FlowTable {
  readonly rows: number;
  readonly columns: readonly FlowColumn[];
  readonly labels?: readonly string[];
  readonly source: readonly string[];
  readonly destination: readonly string[];
  readonly sourcePort: Float64Array;
  readonly destinationPort: Float64Array;
  /** Microseconds since 1970; NaN where absent. */
  readonly time: Float64Array;
  /** Of each row's text: first 8 hex digits of its SHA-256 over 2^32, in [0, 1); NaN where there is no text (Parquet). */
  readonly hash: Float64Array;
  readonly keys: readonly string[];
  readonly fingerprint: DataFingerprint;
  readonly skipped: readonly { readonly input: string; readonly reason: string }[];
  /** Lines with another number of cells than the header. */
  readonly damaged: number;
}
