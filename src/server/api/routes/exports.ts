import { type RouteDefinition, read, T } from '../route.ts';
import * as exports from '../schema/exports.ts';

export const EXPORT_ROUTES = {
  exportAlert: {
    method: 'GET',
    path: `${T}/alerts/:id/export/:format`,
    tag: 'alerts',
    summary: 'Download an alert as JSON, STIX 2.1, PDF, OCSF or ECS',
    access: read('alerts:read'),
    params: exports.alertExportParams,
    response: exports.downloadSchema,
    raw: 'download',
  },
  exportIncident: {
    method: 'GET',
    path: `${T}/incidents/:id/export/:format`,
    tag: 'incidents',
    summary: 'Download an incident as JSON, STIX 2.1, PDF or OCSF',
    access: read('alerts:read'),
    params: exports.incidentExportParams,
    response: exports.downloadSchema,
    raw: 'download',
  },
} as const satisfies Record<string, RouteDefinition>;
