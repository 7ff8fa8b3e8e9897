import type { ForecastPoint, SeriesView } from '../../core/index.ts';

/** A series as a running lane knows it. */
export interface LiveSeriesRow {
  readonly id: string;
  readonly source: string;
  readonly entity: string;
  readonly name: string;
  /** The name in words, where it holds ids of templates. */
  readonly title?: string;
  readonly view: SeriesView;
}

/** Series of a running lane, to be looked at. */
export interface LiveSeries {
  rows(): readonly LiveSeriesRow[];
  find(id: string): LiveSeriesRow | undefined;
  forecast(id: string, steps: number): readonly ForecastPoint[];
}
