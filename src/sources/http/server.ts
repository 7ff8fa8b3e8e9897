import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { z } from 'zod';
import { isSystemError, VedetteError } from '../../core/index.ts';

export const tlsConfig = z.strictObject({
  key: z.string().describe('PEM file with the private key'),
  certificate: z.string().describe('PEM file with the certificate chain'),
  clientAuthority: z.string().optional().describe('PEM file; when given, clients must show a certificate signed by it'),
});

const TIMES = { headersTimeout: 10_000, requestTimeout: 120_000, keepAliveTimeout: 30_000 };

export function serverOf(tls: z.output<typeof tlsConfig> | undefined, name: string, listener: RequestListener): Server {
  if (tls === undefined) return createServer(TIMES, listener);
  const authority =
    tls.clientAuthority === undefined ? {} : { ca: pem(tls.clientAuthority, name), requestCert: true, rejectUnauthorized: true };
  return createTlsServer(
    { ...TIMES, key: pem(tls.key, name), cert: pem(tls.certificate, name), minVersion: 'TLSv1.2', ...authority },
    listener,
  );
}

function pem(path: string, name: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new VedetteError(
      'INPUT_UNREADABLE',
      `source ${name}: ${path} cannot be read: ${isSystemError(cause) ? cause.code : String(cause)}`,
      {
        hint: 'Name PEM files that this user may read.',
        cause,
      },
    );
  }
}
