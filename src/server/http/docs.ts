import type { FastifyInstance } from 'fastify';
import { API_PREFIX } from '../api/contract.ts';

export const OPENAPI_PATH = `${API_PREFIX}/openapi.json`;

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'self'; frame-ancestors 'none'; form-action 'none'";

/** Before the routes: collects their schemas. */
export async function describeApi(app: FastifyInstance, program: string): Promise<void> {
  const [swagger, { jsonSchemaTransform }] = await Promise.all([import('@fastify/swagger'), import('fastify-type-provider-zod')]);
  await app.register(swagger.default, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'vedette',
        version: program.replace(/^vedette /, ''),
        description: 'Times are whole microseconds since 1970. Errors are `{ error: { code, message, hint } }`.',
      },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'an API token' },
          session: { type: 'apiKey', in: 'cookie', name: 'vedette_session', description: 'the cookie of a signed-in browser' },
        },
      },
      security: [{ token: [] }, { session: [] }],
    },
    transform: jsonSchemaTransform,
  });
}

/** The page where every call can be tried; nothing of it comes from outside. */
export async function serveDocs(app: FastifyInstance): Promise<void> {
  app.get(OPENAPI_PATH, { schema: { hide: true }, config: { access: 'public' } }, () => app.swagger());
  const { default: ui } = await import('@fastify/swagger-ui');
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'public' };
    });
    await scope.register(ui, {
      routePrefix: '/docs',
      staticCSP: true,
      transformStaticCSP: () => POLICY,
      uiConfig: {
        validatorUrl: null,
        // Runs in the page: calls that change something need the header that the dashboard sends.
        requestInterceptor: (request: { headers: Record<string, string> }) => {
          request.headers['x-vedette-request'] = '1';
          return request;
        },
      } as Record<string, unknown>,
    });
  });
}
