import type { Transporter } from 'nodemailer';
import { z } from 'zod';
import { type Alert, define, durationMicros, type Sink } from '../../core/index.ts';
import { deliveryFailed } from '../delivery.ts';
import { mailOf } from './message.ts';

const address = z.string().regex(/^[^\s@<>,;"]{1,64}@[^\s@<>,;"]{1,255}$/, 'is no mail address');

const config = z.strictObject({
  endpoint: z
    .string()
    .regex(/^smtps?:\/\/(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?$/, 'is not smtp://host:port or smtps://host:port')
    .describe('mail server: smtp:// (STARTTLS) or smtps:// (TLS from the start)'),
  starttls: z
    .enum(['required', 'when-offered', 'never'])
    .default('required')
    .describe('encryption of smtp:// connections; with a password always required'),
  from: address.describe('sender'),
  to: z.array(address).min(1).max(50).describe('receivers'),
  user: z.string().min(1).optional().describe('name to sign in with; absent = without signing in'),
  password: z.string().min(1).optional().describe('password to sign in with'),
  ca: z.string().min(1).optional().describe('PEM text of the authority of a server certificate that this machine does not know'),
  digest: z.int().min(1).max(200).default(20).describe('alerts of one mail; more that come at once share mails of so many'),
  link: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address of the dashboard; alerts then link to their page'),
  timeout: durationMicros().prefault('30s').describe('time for one mail'),
});

type Config = z.output<typeof config>;

/** Alerts that come together share a mail, so that a flood of alerts is no flood of mails; the same alerts give the same Message-ID. */
export default define({
  name: 'mail',
  summary: 'alerts by mail over SMTP',
  config,
  create(options): Sink {
    let transport: Promise<Transporter> | undefined;
    return {
      async deliver(alerts) {
        for (let at = 0; at < alerts.length; at += options.digest) {
          transport ??= connect(options);
          await send(await transport, options, alerts.slice(at, at + options.digest));
        }
      },
      async close() {
        const open = transport;
        transport = undefined;
        (await open)?.close();
      },
    };
  },
});

async function connect({ endpoint, starttls, user, password, ca, timeout }: Config): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const url = new URL(endpoint);
  const secure = url.protocol === 'smtps:';
  const millis = Math.max(1, timeout / 1000);
  return createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    // A password never travels in the clear.
    requireTLS: !secure && (starttls === 'required' || user !== undefined),
    ignoreTLS: !secure && starttls === 'never' && user === undefined,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...{ connectionTimeout: millis, greetingTimeout: millis, socketTimeout: millis },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
}

async function send(transport: Transporter, options: Config, alerts: readonly Alert[]): Promise<void> {
  try {
    await transport.sendMail(mailOf(alerts, options));
  } catch (cause) {
    const { code, responseCode } = cause as { code?: string; responseCode?: number };
    const hint =
      code === 'EAUTH'
        ? 'check user and password'
        : code === 'ETLS'
          ? 'the server offers no encryption: use smtps://, or allow it with starttls: when-offered and no password'
          : 'check the address, the certificate and that the server takes mail from here';
    const why = [code, responseCode, cause instanceof Error ? cause.message.split('\n')[0] : ''].filter(
      (part) => part !== undefined && part !== '',
    );
    throw deliveryFailed('mail', options.endpoint, why.join(' '), hint, cause);
  }
}
