import type { Micros } from '../../core/index.ts';

/** A series that has points. */
export interface SeriesEntry {
  readonly id: string;
  readonly source: string;
  readonly entity: string;
  /** Within the entity. */
  readonly name: string;
}

/** Half-open; microseconds. */
export interface SeriesRange {
  readonly from: Micros;
  readonly to: Micros;
  readonly buckets: number;
}

/** Points of a stretch of time; `expected` and band are NaN where nothing was expected. */
export interface SeriesBucket {
  readonly start: Micros;
  readonly points: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  /** Highest of its points. */
  readonly score: number;
}

/** Points of series by id (`stableId('series', source, entity, name)`), of committed epochs. */
export interface SeriesStore {
  list(): Promise<readonly SeriesEntry[]>;
  points(id: string, range: SeriesRange): Promise<readonly SeriesBucket[]>;
  /** Time of the newest point; NaN without any. */
  latest(id: string): Promise<Micros>;
  retain(before: Micros, maxBytes: number): Promise<void>;
}
