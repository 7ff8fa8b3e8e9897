import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { TenantStatus } from '../../pipeline/index.ts';
import { mayCall } from '../access/principal.ts';
import { readySchema } from '../api/schema/live.ts';
import type { ServerContext } from '../context.ts';
import { pipelineMetrics } from '../metrics.ts';

const config = { access: 'public' } as const;
const tags = ['health'];

/** For supervisors and Prometheus: counts and states only, nothing of what is watched. */
export function healthRoutes(app: FastifyInstance, context: ServerContext): void {
  const { sampler } = context;
  const tenants = () => Object.keys(context.config.tenants);
  app.get(
    '/healthz',
    { config, schema: { tags, summary: 'The process answers', response: { 200: z.object({ status: z.string() }) } } },
    () => ({
      status: 'ok',
    }),
  );
  app.get(
    '/readyz',
    {
      config,
      schema: {
        tags,
        summary: 'Store and pipeline work (503 if not); whether all sources do',
        response: { 200: readySchema, 503: readySchema },
      },
    },
    async (_request, reply) => {
      const store = await context.home.users.accounts.count().then(
        () => true,
        () => false,
      );
      const running = tenants().every((tenant) => ['running', 'finished'].includes(sampler.state(tenant)));
      const counts = countsOf(tenants().flatMap((tenant) => sampler.status(tenant) ?? []));
      const components = { store, pipeline: context.pipeline() !== undefined && running, sources: (counts.sources.retrying ?? 0) === 0 };
      // A source that cannot be reached is told of, but is no reason to take the server from whoever looks at it.
      return reply.code(components.store && components.pipeline ? 200 : 503).send({ components, counts });
    },
  );
  app.get(
    '/metrics',
    { config: { access: 'signed-in' }, schema: { tags, summary: 'Prometheus text; a caller sees the tenants it may see' } },
    async (request, reply) => {
      const statuses = tenants()
        .filter((tenant) => mayCall(request.principal, { role: 'viewer', scope: 'status:read' }, tenant))
        .flatMap((tenant) => sampler.status(tenant) ?? []);
      return reply
        .type('text/plain; version=0.0.4; charset=utf-8')
        .send(pipelineMetrics({ startedAt: context.now() - process.uptime() * 1e6, configHash: '', tenants: statuses }));
    },
  );
}

/** Sources of all tenants by state and what sinks have to deliver: numbers alone, for whoever asks is not known. */
function countsOf(statuses: readonly TenantStatus[]): z.infer<typeof readySchema>['counts'] {
  const sources: Record<string, number> = {};
  for (const { state } of statuses.flatMap((status) => status.sources)) sources[state] = (sources[state] ?? 0) + 1;
  const sum = (of: (status: TenantStatus) => number): number => statuses.reduce((total, status) => total + of(status), 0);
  return { sources, sinks: { delivered: sum(({ delivered }) => delivered), undelivered: sum(({ undelivered }) => undelivered) } };
}
