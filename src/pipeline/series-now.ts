import type { ForecastPoint, SeriesView } from '../core/index.ts';
import type { Lane } from './lane/lane.ts';
import type { LiveSeriesRow } from './lane/live-series.ts';

/** Which of a tenant's running series; the parts are joined by "and". */
export interface SeriesNowQuery {
  readonly source?: string;
  readonly entity?: string;
  /** Part of the entity or the name, whatever its case. */
  readonly contains?: string;
  /** `abnormal`: highest score of its last reading first. */
  readonly order: 'abnormal' | 'name';
  readonly offset: number;
  readonly limit: number;
}

/** A running series without what only its detector knows. */
export type SeriesNowRow = Omit<LiveSeriesRow, 'view'> & SeriesView;

export interface SeriesNowPage {
  readonly items: readonly SeriesNowRow[];
  /** Series that fit the query. */
  readonly total: number;
}

export function seriesNow(lanes: readonly Lane[], query: SeriesNowQuery): SeriesNowPage {
  const part = query.contains?.toLowerCase();
  const found = lanes
    .filter(({ source }) => query.source === undefined || source.name === query.source)
    .flatMap(({ series }) => series?.rows() ?? [])
    .filter(({ entity, name }) => {
      if (query.entity !== undefined && entity !== query.entity) return false;
      return part === undefined || `${entity} ${name}`.toLowerCase().includes(part);
    });
  const byName = (a: LiveSeriesRow, b: LiveSeriesRow) =>
    compare(a.source, b.source) || compare(a.entity, b.entity) || compare(a.name, b.name);
  found.sort(query.order === 'name' ? byName : (a, b) => b.view.abnormal - a.view.abnormal || byName(a, b));
  const items = found.slice(query.offset, query.offset + query.limit).map(flat);
  return { items, total: found.length };
}

export interface OneSeriesNow {
  readonly row: SeriesNowRow;
  readonly forecast: readonly ForecastPoint[];
}

export function oneSeriesNow(lanes: readonly Lane[], id: string, steps: number): OneSeriesNow | undefined {
  for (const { series } of lanes) {
    const row = series?.find(id);
    if (series !== undefined && row !== undefined) return { row: flat(row), forecast: series.forecast(id, steps) };
  }
  return undefined;
}

function flat({ view, ...row }: LiveSeriesRow): SeriesNowRow {
  return { ...row, ...view };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
