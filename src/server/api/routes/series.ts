import { type RouteDefinition, read, T } from '../route.ts';
import { tenantParams } from '../schema/common.ts';
import * as series from '../schema/series.ts';

export const SERIES_ROUTES = {
  series: {
    method: 'GET',
    path: `${T}/series`,
    tag: 'series',
    summary: 'Series by how abnormal they are now',
    access: read('events:read'),
    params: tenantParams,
    query: series.seriesQuery,
    response: series.seriesPage,
  },
  seriesPoints: {
    method: 'GET',
    path: `${T}/series/:id`,
    tag: 'series',
    summary: 'One series: least, greatest and mean per bucket, expected band, forecast with interval, alerts',
    access: read('events:read'),
    params: series.seriesParams,
    query: series.pointsQuery,
    response: series.seriesDetailSchema,
  },
} as const satisfies Record<string, RouteDefinition>;
