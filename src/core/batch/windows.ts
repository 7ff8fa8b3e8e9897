import type { EvidenceLine } from './features.ts';

/** What a declared feature says about windows of keys: one row per window, (rows, columns) values, row-major. */
export interface WindowBatch {
  readonly shape: 'windows';
  /** Name of the feature. */
  readonly feature: string;
  readonly rows: number;
  /** The aggregates, in the order they are declared. */
  readonly columns: readonly string[];
  /** NaN where an aggregate has no value. */
  readonly values: Float64Array;
  readonly keyColumns: readonly string[];
  /** (rows, keyColumns) as text. */
  readonly keys: readonly string[];
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Events of each window; 0 where a known key was silent. */
  readonly events: Float64Array;
  /** 0 when the window closes, 1 when it was scored again because events came late. */
  readonly revision: Uint8Array;
  /** First and last event of each window; absent for windows without events. */
  readonly evidence: readonly (readonly EvidenceLine[])[];
}
