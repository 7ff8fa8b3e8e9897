import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configSchema } from '../../config/index.ts';
import { type Answer, ServerUnderTest } from '../testing/server-under-test.ts';

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An OpenID Connect provider of this test's own: whoever asks for a code is `claims`. */
async function startProvider() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const codes = new Map<string, URLSearchParams>();
  const provider = { issuer: '', claims: {} as Record<string, unknown>, forged: false, asked: 0 };
  const idToken = (nonce: string | null) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: provider.issuer, aud: 'vedette', sub: 's1', iat: now, exp: now + 60, nonce, ...provider.claims };
    const signed = `${base64url({ alg: 'RS256', kid: 'k' })}.${base64url(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), privateKey).toString('base64url');
    return `${signed}.${provider.forged ? `A${signature.slice(2)}A` : signature}`;
  };
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const at = (path: string) => `${provider.issuer}${path}`;
    if (request.url === '/.well-known/openid-configuration')
      return answer(200, {
        ...{ issuer: provider.issuer, authorization_endpoint: at('/authorize'), token_endpoint: at('/token'), jwks_uri: at('/keys') },
        ...{ response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'] },
      });
    if (request.url === '/keys')
      return answer(200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] });
    let text = '';
    request.on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      provider.asked++;
      const form = new URLSearchParams(text);
      const wanted = codes.get(form.get('code') ?? '');
      codes.delete(form.get('code') ?? '');
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      const right =
        wanted !== undefined && wanted.get('code_challenge') === challenge && wanted.get('redirect_uri') === form.get('redirect_uri');
      if (!right || form.get('client_secret') !== 'client-SECRET') return answer(400, { error: 'invalid_grant' });
      answer(200, { access_token: 'a', token_type: 'Bearer', id_token: idToken(wanted.get('nonce')) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  provider.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    provider,
    /** What the provider's page does once somebody has signed in there: a code for the request the browser was sent with. */
    signIn(url: string): string {
      const { searchParams } = new URL(url);
      const code = `code-${codes.size}-${searchParams.get('state')}`;
      codes.set(code, searchParams);
      return new URLSearchParams({ code, state: searchParams.get('state') ?? '', iss: provider.issuer }).toString();
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

let idp: Awaited<ReturnType<typeof startProvider>>;
const under = { current: undefined as unknown as ServerUnderTest };

beforeEach(async () => {
  idp = await startProvider();
  const none = { name: 'none', summary: 'none', config: z.strictObject({}) };
  const schema = configSchema({
    ...{ sources: [none], sinks: [none], records: ['lines'], detectors: [{ ...none, name: 'sequence' }] },
    ...{
      parser: z.strictObject({}),
      pseudonyms: z.strictObject({}),
      declared: z.record(z.string(), z.unknown()),
      features: z.strictObject({}),
    },
  });
  const sources = [{ type: 'none', name: 'auth' }];
  const config = schema.parse({
    tenants: { a: { sources }, b: { sources } },
    oidc: {
      ...{ issuer: idp.provider.issuer, clientId: 'vedette', clientSecret: 'client-SECRET', url: 'http://localhost:7734' },
      roles: [
        { value: 'soc', tenant: 'a', role: 'viewer' },
        { value: 'soc-lead', tenant: 'a', role: 'engineer' },
      ],
    },
  });
  under.current = await new ServerUnderTest().start({ config });
  idp.provider.claims = { preferred_username: 'Ana', groups: ['soc', 'other'] };
});

afterEach(async () => {
  await under.current.stop();
  await idp.stop();
});

const cookieOf = ({ headers }: Answer, name: string) =>
  [headers['set-cookie']]
    .flat()
    .map(String)
    .find((cookie) => cookie.startsWith(`${name}=`))
    ?.split(';')[0] ?? '';
const begin = async () => {
  const answer = await under.current.nobody.call('GET', 'session/oidc');
  return { url: String(answer.headers.location), cookie: cookieOf(answer, 'vedette_oidc'), answer };
};
const comeBack = (query: string, cookie: string) =>
  under.current.nobody.call('GET', `session/oidc/callback?${query}`, undefined, { cookie });
const signInAgain = async () => {
  const { url, cookie } = await begin();
  return comeBack(idp.signIn(url), cookie);
};
const sessionOf = async (answer: Answer) =>
  (await under.current.nobody.call('GET', 'session', undefined, { cookie: cookieOf(answer, 'vedette_session') })).json<
    Record<string, unknown>
  >();

describe('signing in through OpenID Connect', () => {
  it('is offered, with state, nonce and PKCE, and gives the mapped roles and no more', async () => {
    const { items } = (await under.current.nobody.call('GET', 'session/providers')).json<{ items: unknown[] }>();
    expect(items).toEqual([{ id: 'oidc', label: 'Single sign-on', path: '/api/v1/session/oidc' }]);
    const { url, cookie, answer } = await begin();
    expect(answer.status).toBe(302);
    expect(String(answer.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Lax$/);
    const asked = new URL(url).searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('redirect_uri')).toBe('http://localhost:7734/api/v1/session/oidc/callback');
    const done = await comeBack(idp.signIn(url), cookie);
    expect([done.status, done.headers.location]).toEqual([302, '/']);
    expect([done.headers['set-cookie']].flat().find((text) => String(text).startsWith('vedette_session='))).toMatch(
      /HttpOnly; SameSite=Strict$/,
    );
    expect(await sessionOf(done)).toMatchObject({
      administrator: false,
      tenants: [{ tenant: 'a', role: 'viewer' }],
      name: expect.stringMatching(/^sso:ana\./),
    });
  });

  it('is the same user next time, with the roles of then, and ends when the user is disabled', async () => {
    const first = await sessionOf(await signInAgain());
    idp.provider.claims = { preferred_username: 'renamed', groups: ['soc', 'soc-lead'] };
    const second = await sessionOf(await signInAgain());
    expect(second).toMatchObject({ userId: first.userId, tenants: [{ tenant: 'a', role: 'engineer' }] });
    await under.current.user('root', {}, true);
    await under.current.home.users.accounts.change(String(first.userId), { disabled: true });
    expect((await signInAgain()).headers.location).toBe('/sign-in?refused=true');
  });

  it('takes over nobody by name, and lets nobody in without a role', async () => {
    await under.current.user('root', {}, true);
    idp.provider.claims = { preferred_username: 'root', groups: 'soc' };
    expect(await sessionOf(await signInAgain())).toMatchObject({ administrator: false, name: expect.stringMatching(/^sso:root\./) });
    idp.provider.claims = { preferred_username: 'eve', sub: 's2', groups: ['guests'] };
    const refused = await signInAgain();
    expect([refused.headers.location, cookieOf(refused, 'vedette_session')]).toEqual(['/sign-in?refused=true', '']);
    expect((await under.current.home.users.accounts.list()).map(({ name }) => name.split('.')[0]).sort()).toEqual(['root', 'sso:root']);
  });

  it.each<[string, (query: string, cookie: string) => Promise<Answer>]>([
    ['another browser', (query) => comeBack(query, '')],
    ['another state', (query, cookie) => comeBack(query.replace(/state=[^&]+/, 'state=x'), cookie)],
    ['a refusal of the provider', (query, cookie) => comeBack(`error=access_denied&${query.replace(/code=[^&]+&/, '')}`, cookie)],
    [
      'a second use',
      async (query, cookie) => {
        await comeBack(query, cookie);
        return comeBack(query, cookie);
      },
    ],
    [
      'a code of another request',
      async (_query, cookie) => {
        const other = idp.signIn((await begin()).url);
        return comeBack(other, cookie);
      },
    ],
    [
      'another nonce',
      (query, cookie) => {
        idp.provider.claims = { ...idp.provider.claims, nonce: 'replayed' };
        return comeBack(query, cookie);
      },
    ],
    [
      'a token for somebody else',
      (query, cookie) => {
        idp.provider.claims = { ...idp.provider.claims, aud: 'other-client' };
        return comeBack(query, cookie);
      },
    ],
    [
      'a forged signature',
      (query, cookie) => {
        idp.provider.forged = true;
        return comeBack(query, cookie);
      },
    ],
    [
      'too long a time',
      (query, cookie) => {
        under.current.clock += 11 * 60 * 1_000_000;
        return comeBack(query, cookie);
      },
    ],
  ])('is refused with %s', async (_what, attack) => {
    const { url, cookie } = await begin();
    const answer = await attack(idp.signIn(url), cookie);
    expect([answer.headers.location, cookieOf(answer, 'vedette_session')]).toEqual(['/sign-in?refused=true', '']);
    expect(JSON.stringify(await under.current.home.users.journal.auditLog())).not.toContain('client-SECRET');
  });
});
