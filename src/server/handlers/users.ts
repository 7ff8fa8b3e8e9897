import { randomUUID } from 'node:crypto';
import { VedetteError } from '../../core/index.ts';
import type { ApiToken, User, UserChange } from '../../store/index.ts';
import { hasRole, type Principal } from '../access/principal.ts';
import { hashPassword, hashSecret, newSecret } from '../access/secrets.ts';
import { TOKEN_PREFIX } from '../access/sign-in.ts';
import type { Scope } from '../api/contract.ts';
import type { UserBody } from '../api/schema/access.ts';
import { audit, type ServerContext } from '../context.ts';
import { given, type Handlers, missing } from './handler.ts';

type UserRoutes = 'users' | 'createUser' | 'changeUser' | 'removeUser' | 'homeAudit' | 'tokens' | 'createToken' | 'revokeToken' | 'audit';

const DAY = 86_400_000_000;
/** Of a user in a tenant. */
const MOST_TOKENS = 100;

export function userHandlers(context: ServerContext): Handlers<UserRoutes> {
  const { accounts, credentials, journal } = context.home.users;
  return {
    users: async () => ({ items: (await accounts.list()).map(userBody) }),
    async createUser({ body, principal }) {
      const { password, ...user } = body;
      const passwordHash = await hashPassword(password);
      const created = await accounts.create({ ...user, id: randomUUID(), passwordHash, createdAt: context.now() });
      await audit(context, principal, 'user created', created.name, describe(user));
      return userBody(created);
    },
    async changeUser({ params, body, principal }) {
      const { password, ...rest } = given(body);
      const change: UserChange = { ...rest, ...(password === undefined ? {} : { passwordHash: await hashPassword(password) }) };
      const changed = await accounts.change(params.id, change);
      if (password !== undefined || body.disabled === true) await credentials.endSessions(params.id);
      context.signIn.forget();
      await audit(context, principal, 'user changed', changed.name, `${describe(rest)}${password === undefined ? '' : ' new password'}`);
      return userBody(changed);
    },
    async removeUser({ params, principal }) {
      const user = await accounts.get(params.id);
      if (user === undefined || !(await accounts.remove(params.id))) throw missing('user');
      context.signIn.forget();
      await audit(context, principal, 'user removed', user.name);
      return { status: 'ok' };
    },
    homeAudit: async ({ query }) => journal.auditLog(given(query)),

    async tokens({ params, principal }) {
      const users = new Map((await accounts.list()).map(({ id, name }) => [id, name]));
      const tokens = (await credentials.tokens(params.tenant)).filter((token) => mayManage(principal, token));
      return { items: tokens.map((token) => tokenBody(token, users.get(token.userId) ?? '')) };
    },
    async createToken({ params, body, principal, store }) {
      if (principal.by !== 'session' || principal.userId === undefined)
        throw new VedetteError('FORBIDDEN', 'only a signed-in user creates tokens', { hint: 'Sign in, then create it.' });
      const own = (await credentials.tokens(params.tenant)).filter(({ userId }) => userId === principal.userId);
      if (own.length >= MOST_TOKENS)
        throw new VedetteError('LIMIT_EXCEEDED', `${principal.name} has ${own.length} tokens here`, { hint: 'Revoke one first.' });
      const secret = `${TOKEN_PREFIX}${newSecret()}`;
      const now = context.now();
      const token: ApiToken = {
        ...{ id: randomUUID(), name: body.name, tenant: params.tenant, userId: principal.userId, scopes: [...new Set(body.scopes)] },
        ...{ createdAt: now, expiresAt: now + body.days * DAY, lastUsed: null },
      };
      await credentials.addToken(hashSecret(secret), token);
      await audit(context, principal, 'token created', token.name, token.scopes.join(' '), store);
      return { ...tokenBody(token, principal.name), secret };
    },
    async revokeToken({ params, principal, store }) {
      const token = (await credentials.tokens(params.tenant)).find(({ id }) => id === params.id);
      if (token === undefined || !mayManage(principal, token)) throw missing('token');
      await credentials.revokeToken(params.tenant, params.id);
      context.signIn.forget();
      await audit(context, principal, 'token revoked', token.name, '', store);
      return { status: 'ok' };
    },
    audit: async ({ store, query }) => ({ items: await store.journal.auditLog(query.limit) }),
  };
}

const mayManage = (principal: Principal, token: ApiToken): boolean =>
  token.userId === principal.userId || (principal.by !== 'token' && hasRole(principal, token.tenant, 'admin'));

const userBody = (user: User): UserBody => ({ ...user, memberships: user.memberships as UserBody['memberships'] });

function tokenBody({ userId: _user, scopes, ...token }: ApiToken, user: string) {
  return { ...token, user, scopes: scopes as Scope[] };
}

function describe({ administrator, disabled, memberships }: UserChange): string {
  return [
    ...(administrator === undefined ? [] : [administrator ? 'administrator' : 'no administrator']),
    ...(disabled === undefined ? [] : [disabled ? 'disabled' : 'enabled']),
    ...(memberships ?? []).map(({ tenant, role }) => `${tenant}:${role}`),
  ].join(' ');
}
