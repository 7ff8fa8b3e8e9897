import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, it } from 'vitest';
import { seededRandom, silentLogger, type VedetteError } from '../../core/index.ts';
import { hasOpenssl, selfSigned } from '../../testing/net.ts';
import { sampleAlert } from '../../testing/report-input.ts';
import { describeSinkContract } from '../../testing/sink-contract.ts';
import mail from './index.ts';
import { mailOf } from './message.ts';

const context = { name: 'mail', log: silentLogger, now: () => 0, random: seededRandom(1) };
const PEOPLE = { from: 'vedette@example.org', to: ['soc@example.org'] };

interface Received {
  readonly text: string;
  readonly secure: boolean;
  readonly user: string;
  readonly to: readonly string[];
}

/** A mail server of this test's own. */
async function receiver(options: SMTPServerOptions = {}, port = 0) {
  const received: Received[] = [];
  const server = new SMTPServer({
    ...{ authOptional: true, disableReverseLookup: true, logger: false },
    onAuth: ({ username, password }, _session, done) =>
      password === 'right' ? done(null, { user: username ?? '' }) : done(new Error('wrong password')),
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const text = Buffer.concat(parts).toString();
        received.push({
          text,
          secure: session.secure,
          user: String(session.user ?? ''),
          to: session.envelope.rcptTo.map(({ address }) => address),
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    received,
    port: (server.server.address() as AddressInfo).port,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const ids = (received: readonly Received[]) =>
  received.flatMap(({ text }) => (/^X-Vedette-Alerts: ((?:.|\r\n\s)*?)\r\n(?!\s)/m.exec(text)?.[1] ?? '').split(/\s+/));

describeSinkContract('mail', async () => {
  let server = await receiver({ disabledCommands: ['STARTTLS', 'AUTH'] });
  const { port } = server;
  const before: Received[] = [];
  return {
    sink: mail.create(mail.config.parse({ ...PEOPLE, endpoint: `smtp://127.0.0.1:${port}`, starttls: 'never' }), context),
    received: async () => ids([...before, ...server.received]),
    break: async () => {
      before.push(...server.received);
      await server.stop();
    },
    repair: async () => {
      server = await receiver({ disabledCommands: ['STARTTLS', 'AUTH'] }, port);
    },
    stop: () => server.stop(),
  };
});

/** A certificate that vouches for itself, and its key. */
function ownCertificate(): { cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-mail-'));
  const { key, certificate } = selfSigned(folder);
  const made = { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
}

describe('mail sink', () => {
  const sinkAt = (port: number, own: Record<string, unknown> = {}) =>
    mail.create(mail.config.parse({ ...PEOPLE, endpoint: `smtp://localhost:${port}`, ...own }), context);
  const failure = (sink: ReturnType<typeof sinkAt>) =>
    sink.deliver([sampleAlert(1)]).then(
      () => undefined,
      (error: unknown) => error as VedetteError,
    );

  it.skipIf(!hasOpenssl())(
    'signs in over STARTTLS, and trusts no certificate that nobody vouches for [skipped where openssl is not installed]',
    async () => {
      const { cert, key } = ownCertificate();
      const server = await receiver({ cert, key });
      const own = { user: 'vedette', password: 'right' };
      const sinks = [
        sinkAt(server.port, { ...own, ca: cert }),
        sinkAt(server.port, own),
        sinkAt(server.port, { ...own, password: 'wrong-SECRET', ca: cert }),
      ];
      const [trusting, suspicious, mistaken] = sinks as [(typeof sinks)[0], (typeof sinks)[0], (typeof sinks)[0]];
      await trusting.deliver([sampleAlert(1)]);
      expect(server.received).toMatchObject([{ secure: true, user: 'vedette', to: ['soc@example.org'] }]);
      expect(await failure(suspicious)).toMatchObject({ code: 'DELIVERY_FAILED' });
      const refused = await failure(mistaken);
      expect(refused?.hint).toBe('check user and password');
      expect(String(refused)).not.toContain('SECRET');
      expect(server.received).toHaveLength(1);
      await Promise.all([...sinks.map((sink) => sink.close()), server.stop()]);
    },
  );

  it('never sends a password, nor by default anything, to a server that offers no encryption', async () => {
    const server = await receiver({ disabledCommands: ['STARTTLS'] });
    for (const own of [
      {},
      { user: 'vedette', password: 'right', starttls: 'never' },
      { user: 'vedette', password: 'right', starttls: 'when-offered' },
    ]) {
      const sink = sinkAt(server.port, own);
      expect((await failure(sink))?.hint).toContain('offers no encryption');
      await sink.close();
    }
    const open = sinkAt(server.port, { starttls: 'when-offered' });
    await open.deliver([sampleAlert(1)]);
    expect(server.received).toMatchObject([{ secure: false, user: '' }]);
    await Promise.all([open.close(), server.stop()]);
  });

  it('sends many alerts in few mails', async () => {
    const server = await receiver({ disabledCommands: ['STARTTLS'] });
    const sink = sinkAt(server.port, { starttls: 'never', digest: 20 });
    const alerts = Array.from({ length: 45 }, (_, i) => sampleAlert(i + 1));
    await sink.deliver(alerts);
    expect(server.received).toHaveLength(3);
    expect(ids(server.received).sort()).toEqual(alerts.map(({ id }) => id).sort());
    await Promise.all([sink.close(), server.stop()]);
  });

  it('writes headers and lines that no alert can break out of', () => {
    const hostile = 'x\r\nBcc: all@example.org\r\n\r\n<script>';
    const made = mailOf([sampleAlert(1, {}, { title: hostile, entity: hostile })], PEOPLE);
    expect(made.subject).not.toMatch(/[\r\n]/);
    expect(made.text).not.toMatch(/^Bcc/m);
    expect(made.messageId).toBe(mailOf([sampleAlert(1)], PEOPLE).messageId);
    const link = mailOf([sampleAlert(1), sampleAlert(3)], { ...PEOPLE, link: 'https://vedette.example' });
    expect(link.subject).toMatch(/^\[vedette\] critical: .* and 1 further alert$/);
    expect(link.text).toContain('https://vedette.example/alerts/a000000000000001?tenant=acme');
  });

  it('is refused receivers and servers that are none', () => {
    for (const own of [{ to: ['a'] }, { to: [] }, { from: 'a b@c' }, { endpoint: 'http://a' }, { endpoint: 'smtp://a:1/x' }])
      expect(mail.config.safeParse({ ...PEOPLE, endpoint: 'smtp://a:25', ...own }).success).toBe(false);
  });
});
