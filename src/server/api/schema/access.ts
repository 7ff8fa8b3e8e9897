import { z } from 'zod';
import { cursorSchema, idParams, limitSchema, listOf, pageOf, roleSchema, scopeSchema, tenantParams, timeSchema } from './common.ts';

export const userNameSchema = z.string().regex(/^[a-z0-9][a-z0-9._@-]{0,63}$/, 'use 1 to 64 of a-z 0-9 . _ @ -');
export const passwordSchema = z.string().min(12, 'use at least 12 characters').max(256);

/** Tenants a user may see, with the role in each. */
export const membershipSchema = z.object({ tenant: z.string(), role: roleSchema });

export const userSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Administrators manage users and tenants, and have role admin in every tenant. */
  administrator: z.boolean(),
  disabled: z.boolean(),
  createdAt: timeSchema,
  lastSignIn: timeSchema,
  memberships: z.array(membershipSchema),
});
export type UserBody = z.output<typeof userSchema>;

export const sessionSchema = z.object({
  /** Absent for the control token of this machine's command line. */
  userId: z.string().optional(),
  name: z.string(),
  administrator: z.boolean(),
  by: z.enum(['session', 'token', 'control']),
  /** Null for what does not expire. */
  expiresAt: timeSchema,
  tenants: z.array(membershipSchema),
  /** Present for tokens only. */
  scopes: z.array(scopeSchema).optional(),
});
export type SessionBody = z.output<typeof sessionSchema>;

export const signInSchema = z.strictObject({ name: z.string().min(1).max(64), password: z.string().min(1).max(256) });
/** `token` is what follows `#` in the one-time link `/welcome#TOKEN`. An existing name gets the new password and becomes administrator. */
export const setupSchema = z.strictObject({ token: z.string().min(20).max(128), name: userNameSchema, password: passwordSchema });
export const passwordChangeSchema = z.strictObject({ current: z.string().min(1).max(256), password: passwordSchema });
export const adminLinkSchema = z.object({ path: z.string(), expiresAt: timeSchema });

export const tenantSchema = z.object({
  id: z.string(),
  role: roleSchema,
  /** False for a tenant that is kept but not in the running configuration. */
  running: z.boolean(),
  /** True where every source is the generated demo. */
  demo: z.boolean(),
  state: z.enum(['starting', 'running', 'finished', 'stopped', 'failed', 'idle']),
});

export const tenantCreateSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use 1 to 64 of a-z 0-9 _ -, starting with a letter or digit'),
});

export const userParams = z.strictObject({ id: z.string().min(1).max(64) });
export const userCreateSchema = z.strictObject({
  name: userNameSchema,
  password: passwordSchema,
  administrator: z.boolean().default(false),
  memberships: z
    .array(z.strictObject({ tenant: tenantParams.shape.tenant, role: roleSchema }))
    .max(1000)
    .default([]),
});
export const userChangeSchema = z.strictObject({
  password: passwordSchema.optional(),
  administrator: z.boolean().optional(),
  disabled: z.boolean().optional(),
  memberships: z
    .array(z.strictObject({ tenant: tenantParams.shape.tenant, role: roleSchema }))
    .max(1000)
    .optional(),
});

export const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  tenant: z.string(),
  user: z.string(),
  scopes: z.array(scopeSchema),
  createdAt: timeSchema,
  expiresAt: timeSchema,
  lastUsed: timeSchema,
});
export const tokenCreateSchema = z.strictObject({
  name: z.string().min(1).max(64),
  scopes: z.array(scopeSchema).min(1),
  /** Days until it expires. */
  days: z.number().int().min(1).max(3660).default(90),
});
/** `secret` is shown here once and stored as a hash only. */
export const tokenCreatedSchema = tokenSchema.extend({ secret: z.string() });

export const auditEntrySchema = z.object({ at: timeSchema, by: z.string(), action: z.string(), subject: z.string(), detail: z.string() });
export const auditQuery = z.strictObject({ limit: limitSchema.default(100), cursor: cursorSchema.optional() });
export const auditPage = pageOf(auditEntrySchema);

/** `path` is where the browser goes. */
export const providersList = listOf(z.object({ id: z.string(), label: z.string(), path: z.string() }));
export const usersList = listOf(userSchema);
export const tokensList = listOf(tokenSchema);
export const tenantsList = listOf(tenantSchema);
export const tokenParams = idParams;
