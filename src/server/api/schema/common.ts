import { z } from 'zod';

/** Roles of a tenant, each may do what the ones before may. */
export const ROLES = ['viewer', 'analyst', 'engineer', 'admin'] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.output<typeof roleSchema>;

/** What an API token may be limited to; a token never does more than the user it belongs to. */
export const SCOPES = [
  'status:read',
  'events:read',
  'alerts:read',
  'alerts:write',
  'models:read',
  'models:write',
  'reports:read',
  'uploads:write',
  'records:write',
  'settings:read',
  'settings:write',
] as const;
export const scopeSchema = z.enum(SCOPES);
export type Scope = z.output<typeof scopeSchema>;

/** Whole microseconds since 1970; null where there is no time. */
export const timeSchema = z.number().nullable();
/** A number, or null where it is unknown or not finite. */
export const numberSchema = z.number().nullable();

export const tenantParams = z.strictObject({ tenant: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/) });
export const idParams = tenantParams.extend({ id: z.string().min(1).max(128) });

export const limitSchema = z.coerce.number().int().min(1).max(1000);
export const cursorSchema = z.string().max(1024);
/** As many microseconds as a number tells apart. */
export const timeBoundSchema = z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);
export const timeQuerySchema = z.coerce.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);

/** Items with the cursor of the next page; absent on the last one. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), cursor: z.string().optional() });
}

export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item) });
}

/** A folder beside the tenants, to be removed once it is archived. */
export const snapshotQuery = z.strictObject({ tenant: tenantParams.shape.tenant.optional() });
export const snapshotSchema = z.object({ folder: z.string() });

export const okSchema = z.object({ status: z.literal('ok') });

export const errorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }),
});
export type ErrorBody = z.output<typeof errorSchema>;
