/** Rows of series as they are stored: what was read, what was expected, how abnormal it was. All arrays have `rows` entries. */
export interface SeriesPoints {
  readonly source: string;
  readonly rows: number;
  /** Names within their entities; index of `code`. */
  readonly names: readonly string[];
  readonly entities: readonly string[];
  readonly code: Int32Array;
  /** Start of the step. */
  readonly time: Float64Array;
  readonly value: Float64Array;
  /** NaN where nothing was expected yet. */
  readonly expected: Float32Array;
  readonly lower: Float32Array;
  readonly upper: Float32Array;
  /** Minus ln of a tail probability; NaN while it was learning. */
  readonly score: Float32Array;
}
