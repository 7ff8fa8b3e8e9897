import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Operation, operationsOf } from './testing/operations.ts';
import { type Caller, ServerUnderTest } from './testing/server-under-test.ts';

/** What must never come out of the folder of a home. */
const FORBIDDEN = /SQLite format 3|\$argon2id|root:x:0/;
const TRAVERSALS = [
  '..',
  '../meta.db',
  '..%2fmeta.db',
  '%2e%2e%2f%2e%2e%2fhome.db',
  '..\\meta.db',
  '....//meta.db',
  '/etc/passwd',
  'a%00.json',
];
/** Signing in is guarded by the header of the dashboard alone, the stream goes on for ever. */
const ENDLESS = /\/stream$/;

const under = new ServerUnderTest();
let root: Caller & { readonly cookie: string };
let operations: readonly Operation[] = [];

beforeAll(async () => {
  await under.start();
  await under.user('root', {}, true);
  root = await under.browser('root');
  operations = await operationsOf(under);
}, 60_000);
afterAll(() => under.stop());

const changing = () => operations.filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/'));

describe('every route of the OpenAPI document', () => {
  it('that changes something refuses another site, whatever cookie comes with it', async () => {
    expect(changing().length).toBeGreaterThan(35);
    for (const { method, path, inB, body } of changing()) {
      const forged: Record<string, string>[] = [
        { cookie: root.cookie },
        { cookie: root.cookie, 'x-vedette-request': '1', origin: 'https://evil.example' },
        { cookie: root.cookie, 'x-vedette-request': '1', 'sec-fetch-site': 'cross-site' },
        { cookie: root.cookie, 'content-type': 'text/plain' },
      ];
      for (const headers of forged) {
        const payload = headers['content-type'] === undefined ? (body as object | undefined) : JSON.stringify(body);
        const { status } = await under.inject({
          method: method as 'POST',
          url: inB,
          headers,
          ...(payload === undefined ? {} : { payload }),
        });
        expect(`${method} ${path} ${[403, 415].includes(status)} ${status}`).toContain(' true ');
      }
    }
  });

  it('refuses a body that is too large, compressed or no JSON, before it is looked at', async () => {
    const large = JSON.stringify({ text: 'x'.repeat(1_100_000) });
    const own = { cookie: root.cookie, 'x-vedette-request': '1' };
    for (const { method, path, inB, upload, access } of changing()) {
      // The command line alone may call those; what it may not send is refused before.
      if (method === 'DELETE' || upload || access === 'control' || path.endsWith('/tenants/{tenant}/alerts')) continue;
      const send = async (payload: string | Buffer, headers: Record<string, string>) =>
        (
          await under.inject({
            method: method as 'POST',
            url: inB,
            payload,
            headers: { ...own, 'content-type': 'application/json', ...headers },
          })
        ).status;
      // Signing in and the like are limited by rate before anything else.
      expect([413, 429]).toContain(await send(large, {}));
      expect([400, 429]).toContain(await send(gzipSync('{}'), { 'content-encoding': 'gzip' }));
      expect([400, 415, 429]).toContain(await send('{"a":', {}));
      expect([400, 415, 429]).toContain(await send('<x/>', { 'content-type': 'application/xml' }));
    }
  });

  it('reads nothing outside of what it names, whatever stands in its path', async () => {
    for (const { method, path, inB } of operations.filter(({ path }) => path.includes('{') && !ENDLESS.test(path))) {
      if (method !== 'GET') continue;
      for (const parameter of path.matchAll(/\{(\w+)\}/g)) {
        for (const traversal of TRAVERSALS) {
          const url = withParameter(path, inB, parameter[1] ?? '', traversal);
          const { status, body } = await root.call('GET', url);
          expect(`${url} ${status < 500 || status === 503} ${status}`).toContain(' true ');
          expect(body).not.toMatch(FORBIDDEN);
        }
      }
    }
  });

  it('answers with headers that keep a browser from running what it answers', async () => {
    for (const { method, path, inB } of operations.filter((one) => one.method === 'GET' && !ENDLESS.test(one.path))) {
      const { headers } = await root.call(method, inB);
      const policy = String(headers['content-security-policy']);
      expect(`${path} ${policy}`).toContain("default-src 'none'");
      expect(`${path} ${policy}`).not.toMatch(/unsafe-|https?:|\*/);
      expect(`${path} ${headers['x-content-type-options']} ${headers['cache-control']}`).toBe(`${path} nosniff no-store`);
      const html = String(headers['content-type'] ?? '').includes('html');
      if (html) expect(`${path} ${headers['content-disposition']} ${policy}`).toMatch(/attachment.*sandbox/);
    }
  });
});

/** The address with one parameter replaced as it is given. */
function withParameter(path: string, filled: string, name: string, value: string): string {
  const names = path.split('/');
  const parts = filled.split('?')[0]?.split('/') ?? [];
  return parts.map((part, i) => (names[i] === `{${name}}` ? value : part)).join('/');
}
