import { timingSafeEqual } from 'node:crypto';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { ZodError, type z } from 'zod';
import { type ErrorCode, VedetteError } from '../core/index.ts';
import type { ReportEntry } from '../store/index.ts';
import type { Operations } from './operations.ts';
import { alertQuerySchema, alertWritesSchema, decodeWrites, labelSchema, stateBodySchema } from './wire.ts';

export interface AppOptions {
  readonly token: string;
  /** Operations of an existing tenant; throws when there is none. */
  operations(tenant: string): Promise<Operations>;
  /** Per component, for `/readyz`. */
  ready(): Promise<Readonly<Record<string, boolean>>>;
  /** Prometheus text. */
  metrics(): Promise<string>;
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  ALERT_MISSING: 404,
  MODEL_MISSING: 404,
  USAGE: 400,
  FORMAT_INVALID: 400,
  STORE_FULL: 507,
  LIMIT_EXCEEDED: 413,
};

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** The control API. Every route but health, readiness and metrics needs the bearer token. */
export function buildApp(options: AppOptions): FastifyInstance {
  const app = fastify({ bodyLimit: MAX_BODY_BYTES, logger: false, routerOptions: { maxParamLength: 512 } });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: { code: 'USAGE', message: `no route ${request.method} ${request.url.split('?')[0]}` } }),
  );
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const components = await options.ready();
    return reply.code(Object.values(components).every(Boolean) ? 200 : 503).send({ components });
  });
  app.get('/metrics', async (_request, reply) => reply.type('text/plain; version=0.0.4').send(await options.metrics()));
  app.register(
    async (scope) => {
      scope.addHook('onRequest', requireToken(options.token));
      tenantRoutes(scope, options);
    },
    { prefix: '/api/v1/tenants/:tenant' },
  );
  return app;
}

function requireToken(token: string) {
  const expected = Buffer.from(`Bearer ${token}`);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const given = Buffer.from(request.headers.authorization ?? '');
    if (given.length === expected.length && timingSafeEqual(given, expected)) return;
    await reply.code(401).send({ error: { code: 'USAGE', message: 'the bearer token is missing or wrong' } });
  };
}

type TenantRequest = FastifyRequest<{ Params: { tenant: string; id: string }; Querystring: Record<string, string> }>;

function tenantRoutes(app: FastifyInstance, options: AppOptions): void {
  const on = (request: FastifyRequest): Promise<Operations> => options.operations((request as TenantRequest).params.tenant);
  const id = (request: FastifyRequest): string => (request as TenantRequest).params.id;
  const parse = <T extends z.ZodType>(schema: T, value: unknown): z.output<T> => schema.parse(value);

  app.get('/status', async (request) => (await (await on(request)).status()) ?? {});
  app.get('/alerts', async (request) =>
    (await on(request)).listAlerts(parse(alertQuerySchema, request.query) as Parameters<Operations['listAlerts']>[0]),
  );
  app.post('/alerts', async (request) => {
    const body = parse(alertWritesSchema, request.body);
    await (await on(request)).saveAlerts(decodeWrites(body.alerts), body.report as ReportEntry | undefined, body.analysis);
    return { saved: body.alerts.length };
  });
  app.get('/analyses/:id', async (request) => {
    const found = /^[0-9a-f]{16}$/.test(id(request)) ? await (await on(request)).analysis(id(request)) : undefined;
    return found === undefined ? {} : { analysis: found };
  });
  app.get('/alerts/:id', async (request) => (await on(request)).getAlert(id(request)));
  app.put('/alerts/:id/label', async (request) => {
    const { verdict, note } = parse(labelSchema, request.body);
    return (await on(request)).label(id(request), verdict, note);
  });
  app.delete('/alerts/:id/label', async (request) =>
    (await on(request)).label(id(request), undefined, String((request as TenantRequest).query.note ?? '')),
  );
  app.put('/alerts/:id/state', async (request) => {
    await (await on(request)).setState(id(request), parse(stateBodySchema, request.body).state);
    return { status: 'ok' };
  });
  app.get('/labels', async (request) => {
    const labels = await (await on(request)).labels(String((request as TenantRequest).query.detector ?? ''));
    return { items: labels.map((label) => ({ ...label, row: Buffer.from(label.row).toString('base64') })) };
  });
  app.get('/reports', async (request) => ({ items: await (await on(request)).reports() }));
}

function answerError(error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof VedetteError) {
    void reply.code(STATUS[error.code] ?? 500).send({ error: { code: error.code, message: error.message, hint: error.hint } });
    return;
  }
  if (error instanceof ZodError) {
    const [issue] = error.issues;
    void reply.code(400).send({ error: { code: 'USAGE', message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` } });
    return;
  }
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  const message = status < 500 && error instanceof Error ? error.message : 'an internal error; the log has the details';
  void reply.code(status).send({ error: { code: status < 500 ? 'USAGE' : 'INTERNAL', message } });
}
