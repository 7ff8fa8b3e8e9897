import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Principal } from '../access/principal.ts';
import { type ServerContext, tenantStore } from '../context.ts';
import type { Call, Handler, RawHandler } from '../handlers/handler.ts';
import { plain } from '../handlers/handler.ts';
import { SIGN_IN_RATE } from '../http/plugins.ts';
import { API_PREFIX, errorSchema, ROUTES, type RouteDefinition, type RouteName } from './contract.ts';

/** Larger bodies only where a route needs them. */
const BODY_BYTES = 1024 * 1024;
const SAVED_BYTES = 64 * 1024 * 1024;
const GUESSABLE: ReadonlySet<string> = new Set(['signIn', 'setup', 'changePassword', 'beginOidc', 'finishOidc']);

export type AnyHandler = (call: Call<RouteName>) => Promise<unknown>;

/** Registers every route of the contract; one without handler is a type error where `handlers` is made. */
export function registerRoutes(
  app: FastifyInstance,
  context: ServerContext,
  handlers: { readonly [N in RouteName]: Handler<N> | RawHandler<N> },
): void {
  for (const [name, route] of Object.entries(ROUTES) as [RouteName, RouteDefinition][]) {
    const handler = handlers[name] as AnyHandler;
    app.route({
      method: route.method,
      url: `${API_PREFIX}${route.path}`,
      schema: schemaOf(name, route),
      config: { access: route.access, ...(GUESSABLE.has(name) ? { rateLimit: SIGN_IN_RATE } : {}) },
      bodyLimit: name === 'saveAlerts' ? SAVED_BYTES : BODY_BYTES,
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        const call = await callOf(context, request, reply);
        const answer = await handler(call);
        if (route.raw !== undefined) return reply;
        return reply.code(route.status ?? 200).send(plain(answer));
      },
    });
  }
}

async function callOf(context: ServerContext, request: FastifyRequest, reply: FastifyReply): Promise<Call<RouteName>> {
  const { params, query, body, principal } = request;
  const { tenant } = params as { tenant?: string };
  const store = tenant === undefined ? undefined : await tenantStore(context, tenant);
  return { params, query, body, request, reply, principal: principal as Principal, store } as Call<RouteName>;
}

/** What `/docs` shows and requests are checked against. */
function schemaOf(name: string, route: RouteDefinition): Record<string, unknown> {
  const access = typeof route.access === 'string' ? route.access : `role ${route.access.role}, scope ${route.access.scope}`;
  return {
    operationId: name,
    tags: [route.tag],
    summary: route.summary,
    description: `Access: ${access}.${route.raw === 'upload' ? ' Multipart body with the file as field `file`.' : ''}`,
    ...(route.access === 'public' ? { security: [] } : {}),
    ...(route.params === undefined ? {} : { params: route.params }),
    ...(route.query === undefined ? {} : { querystring: route.query }),
    ...(route.body === undefined ? {} : { body: route.body }),
    ...(route.raw === 'upload' ? { consumes: ['multipart/form-data'] } : {}),
    ...(route.raw === 'stream' ? { produces: ['text/event-stream'] } : {}),
    ...(route.raw === 'download' ? { produces: ['application/json', 'application/pdf', 'application/stix+json', 'text/html'] } : {}),
    response: responseOf(route),
  };
}

function responseOf(route: RouteDefinition): Record<string, z.ZodType> {
  const json = route.raw === undefined || route.raw === 'upload';
  return { ...(json ? { [route.status ?? 200]: route.response } : {}), '4xx': errorSchema, '5xx': errorSchema };
}
