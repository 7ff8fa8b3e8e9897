import type { z } from 'zod';
import { ALERTS_ROUTES } from './routes/alerts.ts';
import { DATA_ROUTES } from './routes/data.ts';
import { EXPORT_ROUTES } from './routes/exports.ts';
import { FEATURE_ROUTES } from './routes/features.ts';
import { FLOW_ROUTES } from './routes/flows.ts';
import { HOME_ROUTES } from './routes/home.ts';
import { INCIDENT_ROUTES } from './routes/incidents.ts';
import { JOB_ROUTES } from './routes/jobs.ts';
import { LIVE_ROUTES } from './routes/live.ts';
import { RULE_ROUTES } from './routes/rules.ts';
import { SERIES_ROUTES } from './routes/series.ts';
import { SETTINGS_ROUTES } from './routes/settings.ts';
import { TENANT_ROUTES } from './routes/tenants.ts';

export const API_PREFIX = '/api/v1';
/** Every request that changes something and is signed in by cookie (or signs in) carries this header with the value 1. */
export const REQUEST_HEADER = 'x-vedette-request';

/** Every route of the API by name. */
export const ROUTES = {
  ...HOME_ROUTES,
  ...TENANT_ROUTES,
  ...LIVE_ROUTES,
  ...ALERTS_ROUTES,
  ...INCIDENT_ROUTES,
  ...EXPORT_ROUTES,
  ...DATA_ROUTES,
  ...FLOW_ROUTES,
  ...FEATURE_ROUTES,
  ...JOB_ROUTES,
  ...SERIES_ROUTES,
  ...RULE_ROUTES,
  ...SETTINGS_ROUTES,
} as const;

export type Routes = typeof ROUTES;
export type RouteName = keyof Routes;

type Output<R, K extends string> = R extends Readonly<Record<K, infer S extends z.ZodType>> ? z.output<S> : undefined;
type Input<R, K extends string> = R extends Readonly<Record<K, infer S extends z.ZodType>> ? z.input<S> : undefined;
/** What a handler is given. */
export type Params<N extends RouteName> = Output<Routes[N], 'params'>;
export type Query<N extends RouteName> = Output<Routes[N], 'query'>;
export type Body<N extends RouteName> = Output<Routes[N], 'body'>;
/** What a client sends. */
export type QueryInput<N extends RouteName> = Input<Routes[N], 'query'>;
export type BodyInput<N extends RouteName> = Input<Routes[N], 'body'>;
export type Response<N extends RouteName> = Output<Routes[N], 'response'>;

export type { Access, RouteDefinition } from './route.ts';
export { type ErrorBody, errorSchema, ROLES, type Role, SCOPES, type Scope } from './schema/common.ts';
