import type { RouteDefinition } from '../route.ts';
import { T } from '../route.ts';
import * as access from '../schema/access.ts';
import { okSchema, tenantParams } from '../schema/common.ts';

export const TENANT_ROUTES = {
  tenants: {
    method: 'GET',
    path: '/tenants',
    tag: 'tenants',
    summary: 'Tenants the caller may see',
    access: 'signed-in',
    response: access.tenantsList,
  },
  createTenant: {
    method: 'POST',
    path: '/tenants',
    tag: 'tenants',
    summary: 'A new tenant; it takes uploads at once, and runs from its first source on',
    access: 'administrator',
    body: access.tenantCreateSchema,
    response: access.tenantSchema,
    status: 201,
  },
  removeTenant: {
    method: 'DELETE',
    path: T,
    tag: 'tenants',
    summary: 'Stop a tenant and delete everything it holds: events, alerts, models, tokens',
    access: 'administrator',
    params: tenantParams,
    response: okSchema,
  },
} as const satisfies Record<string, RouteDefinition>;
