import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
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
    { config, schema: { tags, summary: 'Store and pipeline work', response: { 200: readySchema, 503: readySchema } } },
    async (_request, reply) => {
      const store = await context.home.users.accounts.count().then(
        () => true,
        () => false,
      );
      const running = tenants().every((tenant) => ['running', 'finished'].includes(sampler.state(tenant)));
      const components = { store, pipeline: context.pipeline() !== undefined && running };
      return reply.code(Object.values(components).every(Boolean) ? 200 : 503).send({ components });
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
