import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newAdminLink } from './access/sign-in.ts';
import { multipart, PASSWORD, ServerUnderTest } from './testing/server-under-test.ts';
import { safeFileName } from './uploads/file-name.ts';

let under: ServerUnderTest;

beforeEach(async () => {
  under = await new ServerUnderTest().start({ limits: { uploadBytes: 300_000 } });
  await under.user('root', {}, true);
  await under.user('ana', { a: 'analyst' });
});

afterEach(() => under.stop());

const upload = (path: string, name: string, content: string | Buffer, headers: Record<string, string>) => {
  const body = multipart(name, content);
  return under.inject({ method: 'POST', url: path, payload: body.payload, headers: { ...body.headers, ...headers } });
};

interface Upload {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly error: string;
  readonly reports: readonly string[];
}

async function finished(cookie: string, id: string): Promise<Upload> {
  for (;;) {
    const found = (await under.inject({ method: 'GET', url: `/api/v1/tenants/a/uploads/${id}`, headers: { cookie } })).json<Upload>();
    if (!['waiting', 'analysing'].includes(found.state)) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('signing in', () => {
  it('sets a cookie that scripts cannot read and other sites do not send', async () => {
    const cookie = String((await under.signIn('ana')).headers['set-cookie']);
    expect(cookie).toMatch(/^vedette_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
  });

  it('answers a wrong password and an unknown name alike', async () => {
    const wrong = await under.signIn('ana', 'not the password');
    const unknown = await under.signIn('nobody', 'not the password');
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.body).toBe(unknown.body);
  });

  it('is limited after five failures, also for the right password, and for that name and address only', async () => {
    for (let i = 0; i < 5; i++) expect((await under.signIn('ana', `guess ${i}`)).status).toBe(401);
    const limited = await under.signIn('ana');
    expect(limited.status).toBe(429);
    expect(limited.headers['retry-after']).toBe('60');
    expect((await under.signIn('root')).status).toBe(200);
    under.clock += 16 * 60 * 1_000_000;
    expect((await under.signIn('ana')).status).toBe(200);
  });

  it('counts guesses that come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => under.signIn('ana', `guess ${i}`)));
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(6);
    expect((await under.signIn('ana')).status).toBe(429);
  });

  it('ends with its time, with signing out, with a new password and with the user', async () => {
    const first = await under.browser('ana');
    const second = await under.browser('ana');
    expect((await first.call('DELETE', 'session')).status).toBe(200);
    expect((await first.call('GET', 'session')).status).toBe(401);
    const root = await under.browser('root');
    const { items } = (await root.call('GET', 'users')).json<{ items: { id: string; name: string }[] }>();
    const id = items.find(({ name }) => name === 'ana')?.id ?? '';
    const token = await under.token('ana', 'a', ['alerts:read']);
    expect((await token.call('GET', 'tenants/a/alerts')).status).toBe(200);
    expect((await root.call('PATCH', `users/${id}`, { password: 'another long password' })).status).toBe(200);
    expect((await second.call('GET', 'session')).status).toBe(401);
    expect((await root.call('PATCH', `users/${id}`, { disabled: true })).status).toBe(200);
    expect((await token.call('GET', 'tenants/a/alerts')).status).toBe(401);
    under.clock += 13 * 3600 * 1_000_000;
    expect((await root.call('GET', 'session')).status).toBe(401);
  });

  it('takes the one-time link once and in time; it also takes back a lost account', async () => {
    const { path } = await newAdminLink(under.home.users, under.clock);
    const token = path.split('#')[1];
    const setup = (body: object) => under.nobody.call('POST', 'setup', body, { 'x-vedette-request': '1' });
    expect((await setup({ token, name: 'ana', password: 'short' })).status).toBe(400);
    expect((await setup({ token: `${token}x`, name: 'ana', password: 'a long new password' })).status).toBe(403);
    const used = await setup({ token, name: 'ana', password: 'a long new password' });
    expect(used.json()).toMatchObject({ name: 'ana', administrator: true });
    expect((await setup({ token, name: 'eve', password: 'a long new password' })).status).toBe(403);
    expect((await under.signIn('ana')).status).toBe(401);
    expect((await under.signIn('ana', 'a long new password')).status).toBe(200);
    const late = await newAdminLink(under.home.users, under.clock);
    under.clock += 25 * 3600 * 1_000_000;
    expect((await setup({ token: late.path.split('#')[1], name: 'eve', password: 'a long new password' })).status).toBe(403);
  });

  it('leaves the last administrator in place', async () => {
    const root = await under.browser('root');
    const { userId } = (await root.call('GET', 'session')).json<{ userId: string }>();
    expect((await root.call('PATCH', `users/${userId}`, { administrator: false })).status).toBe(400);
    expect((await root.call('DELETE', `users/${userId}`)).status).toBe(400);
  });
});

describe('requests of other sites', () => {
  it('change nothing, even with the cookie', async () => {
    const { cookie } = await under.browser('ana');
    const close = { method: 'POST', url: '/api/v1/tenants/a/alerts/bulk', payload: { ids: ['x'], state: 'closed' } } as const;
    const status = async (headers: Record<string, string>) => (await under.inject({ ...close, headers: { cookie, ...headers } })).status;
    const own = { 'x-vedette-request': '1', host: 'vedette.example' };
    expect(await status({})).toBe(403);
    expect(await status({ ...own, origin: 'https://evil.example' })).toBe(403);
    expect(await status({ ...own, origin: 'null' })).toBe(403);
    expect(await status({ ...own, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status({ ...own, 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await status({ ...own, origin: 'http://vedette.example', 'sec-fetch-site': 'same-origin' })).toBe(200);
  });

  it('are allowed nothing by CORS, and may not frame the page', async () => {
    const answer = await under.inject({ method: 'OPTIONS', url: '/api/v1/session', headers: { origin: 'https://evil.example' } });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    const page = await under.nobody.call('GET', '/', undefined, { accept: 'text/html' });
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(page.headers['content-security-policy']).not.toMatch(/unsafe|https?:|\*/);
    expect(page.headers['x-frame-options']).toBe('DENY');
  });

  it('sign nobody in', async () => {
    expect((await under.nobody.call('POST', 'session', { name: 'ana', password: PASSWORD })).status).toBe(403);
  });
});

describe('bodies', () => {
  it('that are too large, compressed or no JSON are refused before they are looked at', async () => {
    const ana = await under.browser('ana');
    const ids = Array.from({ length: 60_000 }, (_, i) => `alert-number-${i}`);
    expect((await ana.call('POST', 'tenants/a/alerts/bulk', { ids })).status).toBe(413);
    expect((await ana.call('POST', 'tenants/a/alerts/bulk', { ids: ids.slice(0, 1001), state: 'open' })).status).toBe(400);
    const json = { 'content-type': 'application/json', 'x-vedette-request': '1', cookie: ana.cookie };
    const raw = (payload: Buffer | string, headers: Record<string, string>) =>
      under.inject({ method: 'POST', url: '/api/v1/tenants/a/alerts/bulk', payload, headers: { ...json, ...headers } });
    expect((await raw(gzipSync(Buffer.alloc(50_000_000, 32)), { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await raw('{"ids":["x"],"__proto__":{"state":"closed"}}', {})).status).toBe(400);
    expect((await raw('{', {})).status).toBe(400);
    expect((await raw('<x/>', { 'content-type': 'application/xml' })).status).toBe(415);
  });

  it('with unknown fields or wrong values are refused with their place', async () => {
    const ana = await under.browser('ana');
    const answer = await ana.call('POST', 'tenants/a/alerts/bulk', { ids: ['x'], state: 'gone' });
    expect(answer.status).toBe(400);
    expect(answer.json<{ error: { message: string } }>().error.message).toMatch(/^body\.state: /);
    expect((await ana.call('GET', 'tenants/a/alerts?limit=100000')).status).toBe(400);
    expect((await ana.call('GET', 'tenants/a/alerts?cursor=!!!')).status).toBe(400);
    expect((await ana.call('GET', 'tenants/a/events?cursor=WyJ4IiwiIiwiIiwiMSJd&order=newest')).status).toBeLessThan(500);
  });
});

describe('uploads', () => {
  it('stay in their folder whatever they are called', async () => {
    const { cookie } = await under.browser('ana');
    const own = { cookie, 'x-vedette-request': '1' };
    const log = Array.from(
      { length: 40 },
      (_, i) => `Jan  5 10:00:${String(i).padStart(2, '0')} web sshd[1]: Accepted password for u${i % 3}\n`,
    ).join('');
    const names = ['../../../../evil.log', '..\\..\\evil.log', '/etc/passwd', '..', '.bashrc', 'a%2f..%2fb.log', 'ok.log'];
    for (const name of names) {
      const answer = await upload('/api/v1/tenants/a/uploads', name, log, own);
      expect(answer.status).toBe(202);
      const { id, name: kept } = answer.json<Upload>();
      expect(kept).toMatch(/^[A-Za-z0-9][\w.-]*$/);
      expect(await readdir(join(under.folder, 'home', 'tenants', 'a', 'uploads', id))).toEqual([kept]);
    }
    expect((await readdir(join(under.folder, 'home'))).sort()).toEqual(expect.arrayContaining(['home.db', 'tenants']));
    expect(await readdir(under.folder)).toEqual(['home']);
  });

  it('name files safely', () => {
    expect(safeFileName(undefined)).toBe('upload');
    expect(safeFileName('...')).toBe('upload');
    expect(safeFileName('a\0b\n.log')).toBe('a_b_.log');
    expect(safeFileName(`${'x'.repeat(300)}.log.gz`)).toHaveLength(128);
    expect(safeFileName(`${'x'.repeat(300)}.log.gz`)).toMatch(/\.log\.gz$/);
  });

  it('are capped while they stream, and what was cut is removed', async () => {
    const { cookie } = await under.browser('ana');
    const own = { cookie, 'x-vedette-request': '1' };
    const answer = await upload('/api/v1/tenants/a/uploads', 'large.log', 'x'.repeat(400_000), own);
    expect(answer.status).toBe(413);
    expect((await upload('/api/v1/tenants/a/uploads', 'none.log', '', own)).status).toBe(400);
    expect((await under.inject({ method: 'POST', url: '/api/v1/tenants/a/uploads', payload: { a: 1 }, headers: own })).status).toBe(400);
    const folders = await readdir(join(under.folder, 'home', 'tenants', 'a', 'uploads')).catch(() => []);
    expect(folders).toEqual([]);
  });

  it('that blow up when decompressed end as failed, and the server goes on', async () => {
    const { cookie } = await under.browser('ana');
    const folder = mkdtempSync(join(tmpdir(), 'vedette-bomb-'));
    const path = join(folder, 'bomb.gz');
    const zeros = Buffer.alloc(1 << 20);
    await pipeline(Readable.from(Array.from({ length: 256 }, () => zeros)), createGzip({ level: 9 }), createWriteStream(path));
    const bomb = readFileSync(path);
    rmSync(folder, { recursive: true });
    expect(bomb.length).toBeLessThan(300_000);
    const answer = await upload('/api/v1/tenants/a/uploads', 'bomb.log.gz', bomb, { cookie, 'x-vedette-request': '1' });
    expect(answer.status).toBe(202);
    const done = await finished(cookie, answer.json<Upload>().id);
    expect(done.state).toBe('failed');
    expect(done.error).not.toContain(under.folder);
    expect((await under.nobody.call('GET', '/healthz')).status).toBe(200);
  });

  it('become alerts and reports, which are downloaded by name only', async () => {
    const ana = await under.browser('ana');
    const lines = Array.from({ length: 400 }, (_, i) => {
      const time = `${String(10 + Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}:00`;
      return `Jan  5 ${time} web sshd[${i % 20}]: Accepted password for user${i % 5} from 10.0.0.${i % 9} port ${4000 + i}\n`;
    });
    const answer = await upload('/api/v1/tenants/a/uploads', 'auth.log', lines.join(''), { cookie: ana.cookie, 'x-vedette-request': '1' });
    const done = await finished(ana.cookie, answer.json<Upload>().id);
    expect(done).toMatchObject({ state: 'done', error: '' });
    const [report] = (await ana.call('GET', 'tenants/a/reports')).json<{ items: { name: string; formats: string[] }[] }>().items;
    expect(report?.formats).toEqual(['html', 'json']);
    const html = await ana.call('GET', `tenants/a/reports/${encodeURIComponent(report?.name ?? '')}/html`);
    expect(html.status).toBe(200);
    expect(html.headers['content-disposition']).toMatch(/^attachment; filename="[\w.-]+\.html"$/);
    expect(html.headers['content-security-policy']).toContain('sandbox');
    for (const name of ['../meta.db', '..%2f..%2fhome.db', '%2e%2e%2fmeta.db', 'meta.db', '..\\meta.db']) {
      expect((await ana.call('GET', `tenants/a/reports/${encodeURIComponent(name)}/html`)).status).toBe(404);
      expect((await ana.call('GET', `tenants/a/reports/${name}/html`)).status).toBe(404);
    }
    expect((await ana.call('GET', '/..%2f..%2fhome%2fhome.db')).status).toBeGreaterThanOrEqual(400);
    expect((await ana.call('DELETE', `tenants/a/uploads/${done.state === 'done' ? answer.json<Upload>().id : ''}`)).status).toBe(200);
    expect((await ana.call('GET', 'tenants/a/uploads')).json<{ items: unknown[] }>().items).toEqual([]);
  });
});

describe('secrets', () => {
  it('are in no answer, log or audit entry, and only hashed in the store', async () => {
    const root = await under.browser('root');
    const token = await under.token('root', 'a', ['settings:read']);
    await root.call('POST', 'users', { name: 'new', password: 'a password to look for' });
    await root.call('POST', 'users', { name: 'new', password: 'a password to look for' });
    await under.signIn('new', 'a wrong password to look for');
    const answers: string[] = [];
    for (const path of ['users', 'audit', 'session', 'tenants/a/tokens', 'tenants/a/audit', 'tenants/a/status'])
      answers.push((await root.call('GET', path)).body);
    await under.home.close();
    const stored = readFileSync(join(under.folder, 'home', 'home.db')).toString('latin1');
    under.home = await (await import('../store/index.ts')).openHome(join(under.folder, 'home'));
    const session = root.cookie.split('=')[1] as string;
    const secrets = [PASSWORD, 'password to look for', token.secret, session];
    for (const secret of secrets) expect([answers.join(), under.logged.join(), stored].filter((text) => text.includes(secret))).toEqual([]);
    expect(answers.join()).not.toContain('argon2');
    expect(stored).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
  });
});
