import type { FastifyInstance } from 'fastify';
import { VedetteError } from '../../core/index.ts';

/** Nothing is loaded from outside, nothing inline is run or styled. */
const PAGE_POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'manifest-src': ["'self'"],
  'worker-src': ["'self'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'object-src': ["'none'"],
} as const;

export interface PluginOptions {
  readonly secure: boolean;
  /** Requests a minute of one caller. */
  readonly perMinute: number;
  readonly busyMillis: number;
}

const SIGN_IN_PER_MINUTE = 30;
export const SIGN_IN_RATE = { max: SIGN_IN_PER_MINUTE, timeWindow: '1 minute' };

/** Headers, limits, cookies, compression: what every answer has. */
export async function registerPlugins(app: FastifyInstance, { secure, perMinute, busyMillis }: PluginOptions): Promise<void> {
  const [helmet, rateLimit, cookie, compress, pressure, multipart] = await Promise.all([
    import('@fastify/helmet'),
    import('@fastify/rate-limit'),
    import('@fastify/cookie'),
    import('@fastify/compress'),
    import('@fastify/under-pressure'),
    import('@fastify/multipart'),
  ]);
  const directives = Object.fromEntries(Object.entries(PAGE_POLICY).map(([name, values]) => [name, [...values]]));
  await app.register(helmet.default, {
    // Over plain HTTP on this machine, upgrading requests would break the page.
    contentSecurityPolicy: { useDefaults: false, directives: secure ? { ...directives, 'upgrade-insecure-requests': [] } : directives },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    crossOriginEmbedderPolicy: true,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
  await app.register(cookie.default);
  await app.register(rateLimit.default, {
    global: true,
    max: perMinute,
    timeWindow: '1 minute',
    cache: 10_000,
    allowList: (request) => request.principal?.by === 'control',
    keyGenerator: (request) => request.principal?.hash || request.ip,
    errorResponseBuilder: (_request, { after }) =>
      new VedetteError('RATE_LIMITED', 'too many requests', { hint: `Try again in ${after}.` }),
  });
  // An interval in which the loop made no turn at all counts as endlessly late: it must be long against a hiccup.
  await app.register(pressure.default, { maxEventLoopDelay: busyMillis, sampleInterval: busyMillis / 3, retryAfter: 5 });
  // Bodies are taken as they are: a compressed one is refused, so none can blow up.
  await app.register(compress.default, { globalDecompression: false, threshold: 1024, encodings: ['gzip', 'deflate', 'identity'] });
  await app.register(multipart.default, { throwFileSizeLimit: false });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
  });
}
