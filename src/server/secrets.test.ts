import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../config/index.ts';
import { pipelineSchema } from '../pipeline/index.ts';
import { alertWrite } from '../store/testing/fixtures.ts';
import { operationsOf } from './testing/operations.ts';
import { type Caller, ServerUnderTest } from './testing/server-under-test.ts';

/** Each stands in the configuration once. */
const SECRETS = [
  'hook-secret-1',
  'hook-header-2',
  'mail-password-3',
  'mqtt-password-4',
  'scrape-token-5',
  'http-token-6',
  'oidc-secret-7',
  'pseudonym-key-8',
  'userinfo-9',
  'userinfo-5',
];
const folder = mkdtempSync(join(tmpdir(), 'vedette-secrets-'));
let text = `
oidc: { issuer: https://sso.example, clientId: vedette, clientSecret: oidc-secret-7, url: https://vedette.example, roles: [{ value: all, tenant: a, role: viewer }] }
tenants:
  a:
    pseudonymise: { key: pseudonym-key-8 }
    sources:
      - { type: http, name: in, port: 0, token: http-token-6 }
  m:
    sources:
      - { type: mqtt, name: broker, url: 'mqtt://127.0.0.1:1', username: v, password: mqtt-password-4, topics: [a] }
      - { type: prometheus-scrape, name: prom, targets: ['http://v:userinfo-5@127.0.0.1:1/metrics'], token: scrape-token-5 }
    sinks:
      - { type: webhook, name: hook, endpoint: 'http://bob:userinfo-9@127.0.0.1:1/x', secret: hook-secret-1, headers: { x-key: hook-header-2 } }
      - { type: mail, name: post, endpoint: 'smtp://127.0.0.1:1', from: a@example.com, to: [b@example.com], user: v, password: mail-password-3 }
`;
const under = new ServerUnderTest();
let root: Caller;

beforeAll(async () => {
  const schema = await pipelineSchema();
  const check = (given: string) => parseConfig(given, join(folder, 'vedette.yaml'), schema);
  await under.start({
    config: check(text).config,
    configurationFile: {
      path: join(folder, 'vedette.yaml'),
      read: async () => text,
      check,
      write: async (changed) => {
        text = changed;
      },
      apply: async () => {},
    },
    prepare: async (home) => {
      const { alert, row } = alertWrite('b-alert');
      await (await home.tenant('m')).alerts.save([{ alert: { ...alert, tenant: 'm' }, row }]);
    },
  });
  await under.user('root', {}, true);
  root = await under.browser('root');
  // What is shown is made anew with every change.
  expect((await root.call('PATCH', 'tenants/m/settings', { alertBudget: 4 })).status).toBe(200);
  expect((await root.call('PATCH', 'tenants/a/settings', { alertBudget: 4 })).status).toBe(200);
}, 60_000);
afterAll(async () => {
  await under.stop();
  rmSync(folder, { recursive: true, force: true });
});

const leaked = (texts: readonly string[]) => SECRETS.filter((secret) => texts.some((one) => one.includes(secret)));

describe('secrets of the configuration', () => {
  it('are in no answer of any route that reads', async () => {
    for (const secret of SECRETS) expect(text).toContain(secret);
    for (const { inB, path } of (await operationsOf(under)).filter(({ method }) => method === 'GET')) {
      if (path.endsWith('/stream')) continue;
      for (const tenant of ['a', 'm']) {
        const { body } = await root.call('GET', inB.replace('/tenants/b/', `/tenants/${tenant}/`));
        expect(`${path} ${leaked([body])}`).toBe(`${path} `);
      }
    }
    const settings = await root.call('GET', 'tenants/m/settings');
    expect(settings.body.split('(hidden)').length).toBeGreaterThan(8);
  });

  it('are in no error, log or audit entry when components are tried out, changed or wrong', async () => {
    const answers: string[] = [];
    const say = async (method: string, path: string, body?: unknown) => answers.push((await root.call(method, path, body)).body);
    for (const name of ['hook', 'post']) await say('POST', 'tenants/m/sinks/test', { name });
    const sink = {
      type: 'webhook',
      endpoint: 'http://bob:userinfo-9@127.0.0.1:1/x',
      secret: 'hook-secret-1',
      headers: { 'x-key': 'hook-header-2' },
    };
    await say('POST', 'tenants/m/sinks/test', { sink });
    await say('PUT', 'tenants/m/sinks', { sink: { ...sink, name: 'odd', sercet: 'hook-secret-1', secret: 5 } });
    await say('PUT', 'tenants/m/sinks', { sink: { ...sink, name: 'again' } });
    const mqtt = { type: 'mqtt', url: 'mqtt://127.0.0.1:1', username: 'v', password: 'mqtt-password-4', topics: ['a'] };
    await say('POST', 'tenants/m/sources/preview', { source: mqtt, seconds: 0.5 });
    await say('POST', 'tenants/m/sources/preview', {
      source: { type: 'prometheus-scrape', targets: ['http://v:userinfo-9@127.0.0.1:1/metrics'], token: 'scrape-token-5' },
      seconds: 0.5,
    });
    await say('PUT', 'tenants/m/sources', { source: { ...mqtt, name: 'x', password: { a: 'mqtt-password-4' } } });
    await say('GET', 'tenants/m/audit');
    await say('GET', 'audit');
    await say('GET', 'tenants/m/settings');
    await say('GET', 'tenants/m/alerts/b-alert/export/json');
    expect(leaked(answers)).toEqual([]);
    expect(leaked(under.logged)).toEqual([]);
  });
});
