import type { Micros } from '../../core/index.ts';
import { type Access, ROLES, type Role, type Scope } from '../api/contract.ts';
import type { SessionBody } from '../api/schema/access.ts';

/** Who makes a request: a signed-in user, an API token of one, or the command line of this machine. */
export interface Principal {
  readonly by: 'session' | 'token' | 'control';
  readonly userId?: string;
  readonly name: string;
  readonly administrator: boolean;
  readonly memberships: ReadonlyMap<string, Role>;
  /** What a token is limited to. */
  readonly token?: { readonly tenant: string; readonly scopes: ReadonlySet<string> };
  /** Null for what does not expire. */
  readonly expiresAt: Micros | null;
  /** SHA-256 of the session's or token's secret. */
  readonly hash: string;
}

export const CONTROL: Principal = {
  by: 'control',
  name: 'control',
  administrator: true,
  memberships: new Map(),
  expiresAt: null,
  hash: '',
};

/** The role in a tenant; undefined = none of the principal's business. */
export function roleIn(principal: Principal, tenant: string): Role | undefined {
  if (principal.token !== undefined && principal.token.tenant !== tenant) return undefined;
  return principal.administrator ? 'admin' : principal.memberships.get(tenant);
}

export function hasRole(principal: Principal, tenant: string, role: Role): boolean {
  const own = roleIn(principal, tenant);
  return own !== undefined && ROLES.indexOf(own) >= ROLES.indexOf(role);
}

/** Whether a principal may call a route; `tenant` is that of the path. */
export function mayCall(principal: Principal | undefined, access: Access, tenant: string | undefined): boolean {
  if (access === 'public') return true;
  if (principal === undefined) return false;
  if (access === 'signed-in') return true;
  if (access === 'control') return principal.by === 'control';
  if (access === 'administrator') return principal.administrator && principal.by !== 'token';
  if (tenant === undefined || !hasRole(principal, tenant, access.role)) return false;
  return principal.token === undefined || principal.token.scopes.has(access.scope);
}

export function sessionBody(principal: Principal, tenants: readonly string[]): SessionBody {
  return {
    ...(principal.userId === undefined ? {} : { userId: principal.userId }),
    name: principal.name,
    administrator: principal.administrator && principal.by !== 'token',
    by: principal.by,
    expiresAt: principal.expiresAt,
    tenants: tenants.flatMap((tenant) => {
      const role = roleIn(principal, tenant);
      return role === undefined ? [] : [{ tenant, role }];
    }),
    ...(principal.token === undefined ? {} : { scopes: [...principal.token.scopes] as Scope[] }),
  };
}
