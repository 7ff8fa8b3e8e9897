import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { type Alert, define, durationMicros, formatMicros, type Sink, withoutCredentials } from '../../core/index.ts';
import { deliveryFailed } from '../delivery.ts';
import { JSON_FORMS, jsonForm } from '../forms/form.ts';
import { fillTemplate } from './template.ts';

/** A line end would begin another header. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const config = z.strictObject({
  endpoint: z.url({ protocol: /^https?$/ }).describe('URL the alerts are posted to, one request each'),
  headers: z
    .record(
      z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/, 'is no name of a header'),
      z.string().regex(HEADER_VALUE, 'holds a line end or another control character'),
    )
    .default({})
    .describe('further request headers, such as Authorization'),
  format: z
    .enum(JSON_FORMS)
    .default('vedette')
    .describe('`vedette`: alerts as they are; `ecs`: Elastic Common Schema; `ocsf`: OCSF Detection Finding'),
  body: z.unknown().optional().describe('JSON template with {{detection.title}} and the like, in place of `format`'),
  secret: z.string().min(1).optional().describe('key of the HMAC-SHA256 signature in X-Vedette-Signature'),
  timeout: durationMicros().prefault('10s').describe('time for one request'),
  redirects: z
    .enum(['none', 'same-host'])
    .default('none')
    .describe('whether redirects are followed: never, or only to the same scheme, host and port'),
});

type Config = z.output<typeof config>;

const MOST_REDIRECTS = 3;

/**
 * One POST per alert, in order, each with `Idempotency-Key: <alert id>` and, with a secret, `X-Vedette-Signature: sha256=<hex>` over
 * the body. Anything but 2xx is a failure: the outbox sends again, and the receiver knows by the key what it already has.
 */
export default define({
  name: 'webhook',
  summary: 'one signed HTTP request per alert',
  config,
  create(options): Sink {
    const closing = new AbortController();
    return {
      async deliver(alerts) {
        for (const alert of alerts) await post(options, alert, closing.signal);
      },
      async close() {
        closing.abort();
      },
    };
  },
});

async function post(options: Config, alert: Alert, closing: AbortSignal): Promise<void> {
  const body = bodyOf(options, alert);
  const endpoint = withoutCredentials(options.endpoint);
  let { url } = endpoint;
  const headers: Record<string, string> = {
    ...endpoint.headers,
    ...Object.fromEntries(Object.entries(options.headers).map(([name, value]) => [name.toLowerCase(), value])),
    'content-type': 'application/json',
    'user-agent': 'vedette',
    'idempotency-key': alert.id,
  };
  if (options.secret !== undefined)
    headers['x-vedette-signature'] = `sha256=${createHmac('sha256', options.secret).update(body).digest('hex')}`;
  const timeout = AbortSignal.timeout(Math.max(1, options.timeout / 1000));
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const response = await request(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.any([timeout, closing]) });
    await response.body?.cancel();
    if (response.ok) return;
    const next = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || next === null) {
      throw deliveryFailed('webhook', shown(url), `answered ${response.status}`, 'check the endpoint, its credentials and its log');
    }
    const target = URL.canParse(next, url.href) ? new URL(next, url) : undefined;
    if (options.redirects === 'none' || target === undefined || target.origin !== url.origin) {
      throw deliveryFailed(
        'webhook',
        shown(url),
        `redirected to ${target === undefined ? 'no URL' : target.origin}`,
        'set endpoint to the final address',
      );
    }
    url = target;
  }
  throw deliveryFailed('webhook', shown(url), `redirected more than ${MOST_REDIRECTS} times`, 'set endpoint to the final address');
}

async function request(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    const late = cause instanceof Error && cause.name === 'TimeoutError';
    throw deliveryFailed(
      'webhook',
      shown(url),
      late ? 'did not answer in time' : 'cannot be reached',
      'check the address and that the receiver runs',
      cause,
    );
  }
}

function bodyOf(options: Config, alert: Alert): string {
  if (options.body === undefined) return jsonForm(alert, options.format);
  const time = formatMicros(alert.detection.start);
  return JSON.stringify(fillTemplate(options.body, { ...alert, time }));
}

/** The origin alone: addresses end up in logs, and the token of many services stands in the path. */
function shown(url: URL): string {
  return url.origin;
}
