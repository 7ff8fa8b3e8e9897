import type { Micros, SeriesPoints } from '../../core/index.ts';

/** A series that has points. */
export interface SeriesEntry {
  readonly id: string;
  readonly source: string;
  readonly entity: string;
  /** Within the entity. */
  readonly name: string;
  /** Id of the upload that it is of. */
  readonly upload?: string;
  /** How it ends and its highest score; kept of uploads only. */
  readonly ending?: SeriesEnding;
}

/** The newest point of a series; NaN where nothing was expected. */
export interface SeriesEnding {
  readonly time: Micros;
  readonly value: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  /** Score of its most abnormal point. */
  readonly highest: number;
}

/** Half-open; microseconds. */
export interface SeriesRange {
  readonly from: Micros;
  readonly to: Micros;
  readonly buckets: number;
}

export interface SeriesReach {
  readonly from: Micros;
  readonly to: Micros;
  /** The usual distance of two points, where there are two. */
  readonly step?: Micros;
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
  /** How series end, read from their newest stretch of points; those without points are left out. */
  endings(ids: readonly string[]): Promise<ReadonlyMap<string, SeriesEnding>>;
  points(id: string, range: SeriesRange): Promise<readonly SeriesBucket[]>;
  /** Points of an upload: they are there at once, do not age, and go with it. */
  writeUpload(upload: string, batches: readonly SeriesPoints[]): Promise<void>;
  removeUpload(upload: string): Promise<void>;
  /** Of the stored points, without those of the last epochs; undefined without any. */
  reach(id: string): Promise<SeriesReach | undefined>;
  retain(before: Micros, maxBytes: number): Promise<void>;
}
