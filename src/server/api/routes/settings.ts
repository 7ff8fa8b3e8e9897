import { type RouteDefinition, read, T } from '../route.ts';
import { okSchema, tenantParams } from '../schema/common.ts';
import { detectorParams } from '../schema/rules.ts';
import * as settings from '../schema/settings.ts';

/** Changes are written to the configuration file with its comments kept, and taken up at once. */
export const SETTINGS_ROUTES = {
  settings: {
    method: 'GET',
    path: `${T}/settings`,
    tag: 'settings',
    summary: 'What this tenant is configured with',
    access: read('settings:read'),
    params: tenantParams,
    response: settings.settingsSchema,
  },
  changeSettings: {
    method: 'PATCH',
    path: `${T}/settings`,
    tag: 'settings',
    summary: 'Alert budget, promised rate, retention',
    access: { role: 'admin', scope: 'settings:write' },
    params: tenantParams,
    body: settings.settingsChangeSchema,
    response: settings.settingsSchema,
  },
  setSource: {
    method: 'PUT',
    path: `${T}/sources`,
    tag: 'settings',
    summary: 'Add a source, or change the one of its name: options that are left out go, hidden values and comments stay',
    access: 'administrator',
    params: tenantParams,
    body: settings.sourceChangeSchema,
    response: okSchema,
  },
  removeSource: {
    method: 'DELETE',
    path: `${T}/sources/:name`,
    tag: 'settings',
    summary: 'Remove a source; what it gave stays',
    access: 'administrator',
    params: settings.namedParams,
    response: okSchema,
  },
  setSink: {
    method: 'PUT',
    path: `${T}/sinks`,
    tag: 'settings',
    summary: 'Add a sink, or change the one of its name: options that are left out go, hidden values and comments stay',
    access: 'administrator',
    params: tenantParams,
    body: settings.sinkChangeSchema,
    response: okSchema,
  },
  removeSink: {
    method: 'DELETE',
    path: `${T}/sinks/:name`,
    tag: 'settings',
    summary: 'Remove a sink',
    access: 'administrator',
    params: settings.namedParams,
    response: okSchema,
  },
  setDetectorModel: {
    method: 'PUT',
    path: `${T}/detectors/:source/:detector/model`,
    tag: 'detectors',
    summary: 'Have a detector score with a registered model',
    access: { role: 'engineer', scope: 'models:write' },
    params: detectorParams,
    body: settings.detectorModelSchema,
    response: okSchema,
  },
} as const satisfies Record<string, RouteDefinition>;
