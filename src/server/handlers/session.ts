import type { FastifyReply } from 'fastify';
import { sessionBody } from '../access/principal.ts';
import { newAdminLink, SESSION_AGE, type SignedIn } from '../access/sign-in.ts';
import { audit, type ServerContext, tenantNames, tenantStore } from '../context.ts';
import type { Handlers } from './handler.ts';

type SessionRoutes = 'snapshot' | 'session' | 'signIn' | 'signOut' | 'changePassword' | 'setup' | 'adminLink';

/** With TLS the browser takes it over nothing else, and from this host only. */
export const cookieName = (secure: boolean): string => (secure ? '__Host-vedette' : 'vedette_session');

export function sessionHandlers(context: ServerContext): Handlers<SessionRoutes> {
  const secure = context.tls !== undefined;
  const cookie = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;
  const begin = async ({ principal, secret }: SignedIn, reply: FastifyReply) => {
    reply.setCookie(cookieName(secure), secret, { ...cookie, maxAge: SESSION_AGE / 1e6 });
    return sessionBody(principal, await tenantNames(context));
  };
  return {
    async snapshot({ principal, query: { tenant } }) {
      if (tenant !== undefined) await tenantStore(context, tenant);
      await audit(context, principal, tenant === undefined ? 'snapshot for a backup' : 'snapshot for a replay', tenant ?? 'home');
      return { folder: await context.home.snapshot(tenant) };
    },
    session: async ({ principal }) => sessionBody(principal, await tenantNames(context)),
    async signIn({ body, request, reply }) {
      try {
        const signed = await context.signIn.signIn(body.name, body.password, request.ip);
        await audit(context, signed.principal, 'sign-in', signed.principal.name, request.ip);
        return await begin(signed, reply);
      } catch (error) {
        await audit(context, { name: '-' }, 'sign-in refused', body.name, request.ip);
        throw error;
      }
    },
    async signOut({ principal, reply }) {
      await context.signIn.signOut(principal);
      await audit(context, principal, 'sign-out', principal.name);
      reply.clearCookie(cookieName(secure), cookie);
      return { status: 'ok' };
    },
    async changePassword({ principal, body, request }) {
      await context.signIn.changePassword(principal, body.current, body.password, request.ip);
      await audit(context, principal, 'password changed', principal.name);
      return { status: 'ok' };
    },
    async setup({ body, request, reply }) {
      const signed = await context.signIn.setup(body.token, body.name, body.password, request.ip);
      await audit(context, signed.principal, 'administrator link used', body.name, request.ip);
      return begin(signed, reply);
    },
    async adminLink({ principal }) {
      await audit(context, principal, 'administrator link made', 'control');
      return newAdminLink(context.home.users, context.now());
    },
  };
}
