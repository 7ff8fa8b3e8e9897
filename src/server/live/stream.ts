import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Hub } from './hub.ts';

/** Whether the caller may still listen is asked again so often. */
const RECHECK_MILLIS = 15_000;

/** Answers with server-sent events until the caller goes, its session ends, or the server stops. */
export function openStream(
  hub: Hub,
  tenant: string,
  request: FastifyRequest,
  reply: FastifyReply,
  still: (request: FastifyRequest) => Promise<boolean>,
): void {
  const { principal } = request;
  const caller = principal?.hash ?? '';
  hub.admit(tenant, caller);
  const { raw } = reply;
  const last = request.headers['last-event-id'];
  reply.hijack();
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  raw.flushHeaders();
  const recheck = setInterval(() => {
    still(request).then(
      (allowed) => {
        if (!allowed) raw.end();
      },
      () => raw.end(),
    );
  }, RECHECK_MILLIS);
  recheck.unref();
  raw.on('close', () => clearInterval(recheck));
  hub.join(tenant, caller, raw, typeof last === 'string' ? last : undefined);
}
