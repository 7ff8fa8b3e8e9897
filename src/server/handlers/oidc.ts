import type { FastifyReply } from 'fastify';
import { OIDC_AGE, OIDC_PATH } from '../access/oidc.ts';
import { SESSION_AGE } from '../access/sign-in.ts';
import { audit, type ServerContext } from '../context.ts';
import { type Handlers, missing, type RawHandler } from './handler.ts';
import { cookieName } from './session.ts';

const ATTEMPT = 'vedette_oidc';

export function providerHandlers(context: ServerContext): Handlers<'providers'> {
  return {
    async providers() {
      const { oidc } = context.config;
      return { items: oidc === undefined ? [] : [{ id: 'oidc', label: oidc.label, path: OIDC_PATH }] };
    },
  };
}

/** Lax: the browser comes back from another site. It holds nothing but which attempt this browser began. */
const attemptCookie = (context: ServerContext) =>
  ({ path: OIDC_PATH, httpOnly: true, sameSite: 'lax', secure: context.tls !== undefined }) as const;

export function beginOidc(context: ServerContext): RawHandler<'beginOidc'> {
  return async ({ reply }) => {
    const { oidc } = context.config;
    if (oidc === undefined) throw missing('sign-in');
    const { url, attempt } = await context.oidc.begin(oidc);
    return reply.setCookie(ATTEMPT, attempt, { ...attemptCookie(context), maxAge: OIDC_AGE / 1e6 }).redirect(url);
  };
}

export function finishOidc(context: ServerContext): RawHandler<'finishOidc'> {
  return async ({ request, reply }): Promise<FastifyReply> => {
    const { oidc } = context.config;
    if (oidc === undefined) throw missing('sign-in');
    reply.clearCookie(ATTEMPT, attemptCookie(context));
    try {
      const query = request.url.slice(request.url.indexOf('?') + 1);
      const { principal, secret } = await context.signIn.vouched(await context.oidc.finish(oidc, query, request.cookies[ATTEMPT] ?? ''));
      await audit(context, principal, 'sign-in', principal.name, `${request.ip}, OpenID Connect`);
      const secure = context.tls !== undefined;
      reply.setCookie(cookieName(secure), secret, { path: '/', httpOnly: true, sameSite: 'strict', secure, maxAge: SESSION_AGE / 1e6 });
      return reply.redirect('/');
    } catch (error) {
      await audit(
        context,
        { name: '-' },
        'sign-in refused',
        'OpenID Connect',
        `${request.ip}: ${error instanceof Error ? error.message : String(error)}`,
      );
      return reply.redirect('/sign-in?refused=true');
    }
  };
}
