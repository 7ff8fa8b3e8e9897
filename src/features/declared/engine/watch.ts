import type { EvidenceLine } from '../../../core/index.ts';

/** Levels of aggregates that never fall: reached in an open window, they stay reached at its end. */
export interface Watch {
  /** Indices of the aggregates, all of which have to reach their level. */
  readonly columns: readonly number[];
  readonly levels: readonly number[];
  /** Levels of one key instead, asked for once a window; undefined = these. */
  readonly levelsOf?: (keys: readonly string[], start: number) => readonly number[] | undefined;
}

/** A watch has fired: the window as it is at the event that made the condition true. */
export interface Reached {
  /** Index of the watch. */
  readonly watch: number;
  readonly keys: readonly string[];
  /** Of all aggregates. */
  readonly values: readonly number[];
  readonly start: number;
  readonly end: number;
  readonly time: number;
  readonly evidence: readonly EvidenceLine[];
}
