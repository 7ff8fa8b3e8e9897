import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { canonicalJson, seededRandom, silentLogger } from '../../core/index.ts';
import { sampleAlert } from '../../testing/report-input.ts';
import { describeSinkContract } from '../../testing/sink-contract.ts';
import webhook from './index.ts';
import { fillTemplate } from './template.ts';

const context = { name: 'webhook', log: silentLogger, now: () => 0, random: seededRandom(1) };

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function receiver() {
  const received: Received[] = [];
  let answer: { status: number; location?: string; hang?: boolean } = { status: 200 };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (answer.hang === true) return;
      const { status, location } = answer;
      if (status < 300 || location !== undefined)
        received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString() });
      if (location !== undefined && request.url !== '/final') response.writeHead(status, { location }).end();
      else response.writeHead(location === undefined ? status : 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    received,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    answer: (next: typeof answer) => {
      answer = next;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

describeSinkContract('webhook', async () => {
  const server = await receiver();
  return {
    sink: webhook.create(webhook.config.parse({ endpoint: server.endpoint }), context),
    received: async () => server.received.map((one) => String((JSON.parse(one.body) as { id: string }).id)),
    break: async () => server.answer({ status: 503 }),
    repair: async () => server.answer({ status: 200 }),
    stop: server.stop,
  };
});

describe('webhook sink', () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  const start = async (options: Record<string, unknown> = {}) => {
    const server = await receiver();
    stops.push(server.stop);
    return { server, sink: webhook.create(webhook.config.parse({ endpoint: server.endpoint, ...options }), context) };
  };

  it('signs the body and names the alert as idempotency key', async () => {
    const { server, sink } = await start({ secret: 'key', headers: { authorization: 'Bearer t' } });
    await sink.deliver([sampleAlert(1)]);
    const [got] = server.received;
    expect(got?.body).toBe(canonicalJson(sampleAlert(1)));
    expect(got?.headers).toMatchObject({
      'idempotency-key': sampleAlert(1).id,
      'content-type': 'application/json',
      authorization: 'Bearer t',
    });
    expect(got?.headers['x-vedette-signature']).toBe(
      `sha256=${createHmac('sha256', 'key')
        .update(got?.body ?? '')
        .digest('hex')}`,
    );
  });

  it('fills a template without letting an alert change its structure', async () => {
    const { server, sink } = await start({
      body: { text: 'see {{detection.title}}', severity: '{{detection.severity}}', none: '{{detection.nothing}}' },
    });
    await sink.deliver([sampleAlert(1, {}, { title: '","admin":true,"x":"' })]);
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({ text: 'see ","admin":true,"x":"', severity: 62, none: null });
    expect(fillTemplate('{{__proto__.polluted}} {{constructor.name}}', {})).toBe(' ');
  });

  it('follows no redirect by default and none to another origin ever', async () => {
    const other = await start();
    const { server, sink } = await start();
    server.answer({ status: 307, location: '/final' });
    await expect(sink.deliver([sampleAlert(1)])).rejects.toThrow(/redirected to http:\/\/127/);
    const same = webhook.create(webhook.config.parse({ endpoint: server.endpoint, redirects: 'same-host' }), context);
    await same.deliver([sampleAlert(2)]);
    expect(server.received.at(-1)).toMatchObject({ path: '/final', body: canonicalJson(sampleAlert(2)) });
    server.answer({ status: 307, location: other.server.endpoint });
    await expect(same.deliver([sampleAlert(3)])).rejects.toMatchObject({ code: 'DELIVERY_FAILED' });
    expect(other.server.received).toEqual([]);
  });

  it('gives up after its timeout and says so', async () => {
    const { server, sink } = await start({ timeout: '100ms' });
    server.answer({ status: 200, hang: true });
    await expect(sink.deliver([sampleAlert(1)])).rejects.toThrow('did not answer in time');
  });
});

describe('what a webhook may be told', () => {
  it.each([
    [{ endpoint: 'https://example.org/hook', headers: { 'X-A': 'b\r\nX-Evil: 1' } }, 'X-A'],
    [{ endpoint: 'https://example.org/hook', headers: { 'X A: b': 'c' } }, 'X A: b'],
  ])('is refused: %j', (given, key) => {
    const { error } = webhook.config.safeParse(given);
    expect(error?.issues.flatMap(({ path }) => path)).toContain(key);
  });

  it('takes a name and password of its endpoint as basic authentication', async () => {
    let seen: IncomingHttpHeaders = {};
    const server = createServer((request, response) => {
      seen = request.headers;
      response.writeHead(204).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const sink = webhook.create(webhook.config.parse({ endpoint: `http://us%20er:p%3Aw@127.0.0.1:${port}/hook` }), context);
    await sink.deliver([sampleAlert(1)]);
    expect(seen.authorization).toBe(`Basic ${Buffer.from('us er:p:w').toString('base64')}`);
    await sink.close();
    server.close();
  });

  it('names the origin alone where delivery fails', async () => {
    const sink = webhook.create(webhook.config.parse({ endpoint: 'http://127.0.0.1:1/api/webhooks/1/SECRET?x=SECRET' }), context);
    const failure = await sink.deliver([sampleAlert(1)]).catch((error: unknown) => error);
    expect(String(failure)).toContain('http://127.0.0.1:1');
    expect(String(failure)).not.toContain('SECRET');
    await sink.close();
  });
});
