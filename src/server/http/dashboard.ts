import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorBody } from './errors.ts';

const MISSING = `<!doctype html><html lang="en"><meta charset="utf-8"><title>vedette</title>
<h1>vedette is running</h1><p>The dashboard is not part of this build. The API is described at <a href="/docs">/docs</a>.</p></html>`;

/** The single page and its assets; every path of the page's own is answered with the page. */
export async function serveDashboard(app: FastifyInstance, folder: string): Promise<void> {
  const { default: files } = await import('@fastify/static');
  const page = (_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => sendPage(folder, reply);
  app.get('/', { schema: { hide: true }, config: { access: 'public' } }, page);
  app.get('/index.html', { schema: { hide: true }, config: { access: 'public' } }, page);
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'public' };
      route.schema = { ...route.schema, hide: true } as NonNullable<typeof route.schema>;
    });
    await scope.register(files, {
      root: folder,
      index: false,
      dotfiles: 'deny',
      cacheControl: false,
      setHeaders: (response, path: string) => {
        const hashed = path.startsWith(join(folder, 'assets'));
        response.setHeader('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  });
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (wantsPage && !path.startsWith('/api/') && !path.startsWith('/assets/')) return sendPage(folder, reply);
    return reply.code(404).send(errorBody('USAGE', `no route ${request.method} ${path.slice(0, 200)}`));
  });
}

async function sendPage(folder: string, reply: FastifyReply): Promise<FastifyReply> {
  const html = await readFile(join(folder, 'index.html'), 'utf8').catch(() => MISSING);
  return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(html);
}
