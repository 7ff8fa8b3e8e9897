import type { z } from 'zod';
import type { Role, Scope } from './schema/common.ts';

/**
 * Who may call: anybody, whoever signed in, administrators, the command line of this machine (control token), or a role of the
 * tenant in the path; tokens need the scope too.
 */
export type Access = 'public' | 'signed-in' | 'administrator' | 'control' | { readonly role: Role; readonly scope: Scope };

export interface RouteDefinition {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `API_PREFIX`. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
  readonly status?: 200 | 201 | 202;
  /** Not JSON: a download, an event stream, a multipart body, or a redirection of the browser. */
  readonly raw?: 'download' | 'stream' | 'upload' | 'redirect';
}

export const read = <S extends Scope>(scope: S) => ({ role: 'viewer', scope }) as const;
export const triage = { role: 'analyst', scope: 'alerts:write' } as const;
/** Prefix of the routes of one tenant. */
export const T = '/tenants/:tenant';
