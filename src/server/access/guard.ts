import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { VedetteError } from '../../core/index.ts';
import type { Access } from '../api/contract.ts';
import { CONTROL, mayCall, type Principal } from './principal.ts';
import { fromOwnPage } from './same-site.ts';
import type { SignIn } from './sign-in.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call; a route without it does not start. */
    access?: Access;
  }
  interface FastifyRequest {
    principal: Principal | undefined;
  }
}

export interface GuardOptions {
  readonly controlToken: string;
  readonly cookie: string;
  readonly signIn: SignIn;
}

const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Every request of every route passes here first. Returns whether the caller of a long answer may still have it. */
export function guard(app: FastifyInstance, options: GuardOptions): (request: FastifyRequest) => Promise<boolean> {
  const control = Buffer.from(options.controlToken);
  app.decorateRequest('principal', undefined);
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => void routes.push(route));
  app.addHook('onReady', async () => {
    const open = routes.find((route) => route.config?.access === undefined);
    if (open !== undefined) throw new VedetteError('INTERNAL', `the route ${String(open.method)} ${open.url} says not who may call it`);
  });
  app.addHook('onRequest', async (request) => {
    const access = accessOf(request);
    request.principal = await principalOf(request);
    const { principal } = request;
    if (access === 'public') {
      // Signing in must not be done for somebody by another site either.
      if (CHANGING.has(request.method) && request.headers.authorization === undefined) requireOwnPage(request);
      return;
    }
    if (principal === undefined)
      throw new VedetteError('UNAUTHENTICATED', 'sign in, or send an API token as bearer token', {
        hint: 'Open the dashboard to sign in.',
      });
    if (principal.by === 'session' && CHANGING.has(request.method)) requireOwnPage(request);
    if (!mayCall(principal, access, (request.params as { tenant?: string }).tenant))
      throw new VedetteError('FORBIDDEN', `${principal.name} may not do that`, { hint: 'Ask an administrator for the role it needs.' });
  });

  return async (request) => mayCall(await principalOf(request), accessOf(request), (request.params as { tenant?: string }).tenant);

  async function principalOf(request: FastifyRequest): Promise<Principal | undefined> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const secret = /^Bearer ([\x21-\x7e]{1,256})$/.exec(authorization)?.[1];
      if (secret === undefined) return undefined;
      const given = Buffer.from(secret);
      if (given.length === control.length && timingSafeEqual(given, control)) return CONTROL;
      return options.signIn.token(secret);
    }
    const session = request.cookies[options.cookie];
    return session === undefined || session.length > 256 ? undefined : options.signIn.session(session);
  }
}

/** Where no route is, there is nothing to guard; a route that says nothing is closed. */
const accessOf = (request: FastifyRequest): Access => request.routeOptions.config.access ?? (request.is404 ? 'public' : 'control');

function requireOwnPage(request: FastifyRequest): void {
  if (fromOwnPage(request.headers)) return;
  throw new VedetteError('FORBIDDEN', 'the request does not come from the dashboard', {
    hint: 'Send the header X-Vedette-Request: 1 from the same origin, or use an API token.',
  });
}
