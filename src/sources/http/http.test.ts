import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { RecordBatch } from '../../core/index.ts';
import { testContext } from '../../testing/context.ts';
import { FROM_START, recordTexts, sourceContract } from '../../testing/source-contract.ts';
import http, { type HttpSource } from './index.ts';

let stop: (() => Promise<void>) | undefined;
afterEach(() => stop?.());

function create(settings: object = {}): HttpSource {
  return http.create(http.config.parse({ port: 0, ...settings }), testContext('http')) as HttpSource;
}

/** A running source whose batches are acknowledged as they come. */
async function serve(settings: object = {}, acknowledge = true): Promise<{ source: HttpSource; url: string; batches: RecordBatch[] }> {
  const source = create(settings);
  const controller = new AbortController();
  const batches: RecordBatch[] = [];
  const url = `http://127.0.0.1:${await source.listen()}/`;
  const running = (async () => {
    for await (const batch of source.read(FROM_START, controller.signal)) {
      batches.push(batch);
      if (acknowledge) source.acknowledge(batch);
    }
  })();
  stop = async () => {
    controller.abort();
    await running;
    await source.close();
    stop = undefined;
  };
  return { source, url, batches };
}

function post(url: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** As `post`, with a Host and an Origin of its own, which fetch doesn't send. */
function raw(url: string, headers: Record<string, string>): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    sent.on('error', reject);
    sent.end('{"a":1}');
  });
}

const DOCUMENTS = Array.from({ length: 300 }, (_, i) => JSON.stringify({ message: `event ${i}` }));

describe('http', () => {
  sourceContract({
    create: () => create(),
    feed: async (source) => {
      const url = `http://127.0.0.1:${await (source as HttpSource).listen()}/`;
      post(url, DOCUMENTS.join('\n')).catch(() => undefined);
    },
    expected: DOCUMENTS,
    finite: false,
  });

  it('takes numbered batches under the name of what they come from, and refuses half a number', async () => {
    const { url, batches } = await serve();
    const numbered = { 'vedette-collector': 'c1', 'vedette-stream': 'app', 'vedette-sequence': '7', 'content-type': 'text/plain' };
    expect((await post(url, 'a\nb\n', { ...numbered, 'vedette-input': encodeURIComponent('web1/app/ä.log') })).status).toBe(200);
    expect(batches[0]).toMatchObject({ input: 'collector/web1/app/ä.log', generation: 'delivery:c1/app', offset: 7 });
    const { 'vedette-sequence': _sequence, ...half } = numbered;
    const wrong = [half, { ...numbered, 'vedette-sequence': '0' }, { ...numbered, 'vedette-collector': 'a/b' }];
    for (const input of ['..', 'a/../b', '%', 'a%0Ab', 'x'.repeat(2000)])
      wrong.push({ ...numbered, 'vedette-input': input } as typeof numbered);
    for (const headers of wrong) expect((await post(url, 'x', headers)).status).toBe(400);
    expect(batches).toHaveLength(1);
  });

  it('takes NDJSON, arrays, gzip and plain lines', async () => {
    const { url, batches } = await serve();
    expect((await post(url, '{"a":1}\n{"a":2}\n')).status).toBe(200);
    expect(await (await post(url, '[{"a":3},\n{"a":4}]')).json()).toEqual({ accepted: 2 });
    await post(url, gzipSync('{"a":5}'), { 'content-encoding': 'gzip' });
    await post(url, 'line one\r\nline two', { 'content-type': 'text/plain' });
    expect(recordTexts(batches)).toEqual(['{"a":1}', '{"a":2}', '{"a":3}', '{"a":4}', '{"a":5}', 'line one', 'line two']);
  });

  it('answers _bulk as Elasticsearch does', async () => {
    const { url, batches } = await serve();
    const body =
      '{"index":{"_index":"logs"}}\n{"a":1}\n{"create":{}}\n{"a":2}\n{"update":{"_id":"x"}}\n{"doc":{"a":3}}\n{"delete":{"_id":"y"}}\nnonsense\n';
    const answer = (await (await post(`${url}logs/_bulk?refresh=true`, body)).json()) as { errors: boolean; items: object[] };
    expect(recordTexts(batches)).toEqual(['{"a":1}', '{"a":2}', '{"a":3}']);
    expect(answer.errors).toBe(true);
    expect(answer.items.map((item) => Object.keys(item)[0])).toEqual(['index', 'create', 'update', 'delete', 'index']);
    expect(answer.items[0]).toEqual({ index: { _index: 'logs', status: 201 } });
  });

  it('answers only once the records are acknowledged', async () => {
    const { source, url, batches } = await serve({}, false);
    let answered = false;
    const answer = post(url, '{"a":1}').then((response) => {
      answered = true;
      return response.status;
    });
    while (batches.length === 0) await sleep(5);
    await sleep(50);
    expect(answered).toBe(false);
    source.acknowledge(batches[0] as RecordBatch);
    expect(await answer).toBe(200);
  });

  it('answers 503 when the records do not become durable', async () => {
    const { url } = await serve({ acknowledgeTimeoutMs: 30 }, false);
    const response = await post(url, '{"a":1}');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  });

  it('asks for the token', async () => {
    const { source, url, batches } = await serve({ token: 'a long secret' });
    expect((await post(url, '{}')).status).toBe(401);
    expect((await post(url, '{}', { authorization: 'Bearer a long secreT' })).status).toBe(401);
    expect((await post(url, '{}', { authorization: 'Bearer a long secret' })).status).toBe(200);
    expect([batches.length, source.counters().unauthorized]).toEqual([1, 2]);
  });

  it('takes nothing that a web page could send, unless it has a token', async () => {
    const { source, url, batches } = await serve();
    const { port } = new URL(url);
    const refused: readonly [number, Record<string, string>][] = [
      [403, { origin: 'http://evil.example' }],
      [403, { origin: 'null', 'content-type': 'text/plain' }],
      [403, { host: 'evil.example' }],
      [403, { host: `evil.example:${port}` }],
      [403, { host: '127.0.0.1.evil.example' }],
      [403, { host: '10.1.2.3' }],
      [415, { 'content-type': 'application/x-www-form-urlencoded' }],
      [415, { 'content-type': 'Multipart/Form-Data; boundary=x' }],
    ];
    for (const [status, headers] of refused) {
      for (const path of ['', '_bulk', 'capture/a/0']) {
        const answer = await raw(`${url}${path}`, headers);
        expect([headers, answer.status]).toEqual([headers, status]);
        expect(JSON.parse(answer.text).error).toContain('token');
      }
    }
    expect([batches.length, source.counters().refused]).toEqual([0, 3 * refused.length]);
    for (const host of [`localhost:${port}`, '127.0.0.1', `[::1]:${port}`, `LOCALHOST:${port}`])
      expect((await raw(url, { host })).status).toBe(200);
    await stop?.();
    const guarded = await serve({ token: 'a long secret' });
    const authorization = 'Bearer a long secret';
    for (const [, headers] of refused) expect((await raw(guarded.url, { ...headers, authorization })).status).toBe(200);
  });

  it('says when to come back while too much is waiting', async () => {
    const { source, url, batches } = await serve({ queueBytes: 100 }, false);
    const first = post(url, JSON.stringify({ a: 'x'.repeat(80) }));
    while (batches.length === 0) await sleep(5);
    const second = await post(url, JSON.stringify({ a: 'y'.repeat(80) }));
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '1']);
    source.acknowledge(batches[0] as RecordBatch);
    expect((await first).status).toBe(200);
    expect(source.counters()).toMatchObject({ busy: 1, held_bytes: 0 });
  });

  it('refuses bombs, damaged and oversized bodies and other methods', async () => {
    const { source, url, batches } = await serve({ maxBodyBytes: 1 << 20 });
    const gzip = { 'content-encoding': 'gzip' };
    expect((await post(url, gzipSync(Buffer.alloc(50 << 20)), gzip)).status).toBe(413);
    expect((await post(url, gzipSync('{"a":1}').subarray(0, 12), gzip)).status).toBe(400);
    expect((await post(url, 'not gzip', gzip)).status).toBe(400);
    expect((await post(url, '{}', { 'content-encoding': 'br' })).status).toBe(415);
    expect((await post(url, 'x'.repeat(2 << 20))).status).toBe(413);
    expect((await fetch(url)).status).toBe(405);
    expect(batches).toEqual([]);
    expect(source.counters()).toMatchObject({ refused: 6, held_bytes: 0 });
  });

  it('takes random bodies of any type without falling over', async () => {
    const { source, url } = await serve({ maxBodyBytes: 4096 });
    const types = fc.constantFrom('application/json', 'text/plain', 'application/x-ndjson');
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 600 }),
        types,
        fc.constantFrom('', '_bulk'),
        fc.constantFrom('identity', 'gzip', 'zstd'),
        async (body, type, path, encoding) => {
          const { status } = await post(url + path, body, { 'content-type': type, 'content-encoding': encoding });
          expect([200, 400]).toContain(status);
        },
      ),
      { numRuns: 150 },
    );
    expect(source.counters().held_bytes).toBe(0);
  });
});
