import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkConfig, configValue, type LoadedConfig, parseConfig } from '../config/index.ts';
import { pipelineSchema } from '../pipeline/index.ts';
import { alertWrite } from '../store/testing/fixtures.ts';
import { type Caller, ServerUnderTest } from './testing/server-under-test.ts';

const under = new ServerUnderTest();
let root: Caller;
const applied: LoadedConfig[] = [];
let text = `tenants:
  a: # ours
    sources: [{ type: file, name: auth, path: /nowhere/auth.log }]
  demo:
    sources: [{ type: demo, name: shop, scenario: shop }]
`;

beforeAll(async () => {
  const schema = await pipelineSchema();
  await under.start({
    prepare: async (home) => {
      const demo = await home.tenant('demo');
      const { alert, row } = alertWrite('demo-alert');
      await demo.alerts.save([{ row, alert: { ...alert, tenant: 'demo' } }]);
    },
    config: checkConfig(configValue(text), schema).config,
    configurationFile: {
      path: '/etc/vedette.yaml',
      read: async () => text,
      check: (changed) => parseConfig(changed, '/etc/vedette.yaml', schema),
      write: async (changed) => {
        text = changed;
      },
      apply: async (loaded) => {
        applied.push(loaded);
      },
    },
  });
  await under.user('root', {}, true);
  await under.user('ana', { a: 'analyst', demo: 'admin' });
  root = await under.browser('root');
}, 60_000);
afterAll(() => under.stop());

const names = async (caller: Caller) =>
  (await caller.call('GET', 'tenants')).json<{ items: { id: string; demo: boolean }[] }>().items.map(({ id }) => id);

describe('tenants', () => {
  it('are listed as they are configured, those that are not after them', async () => {
    expect((await root.call('POST', 'tenants', { id: 'aa' })).status).toBe(201);
    expect(await names(root)).toEqual(['a', 'demo', 'aa']);
    await root.call('DELETE', 'tenants/aa');
  });

  it('are removed with their data, their place in the configuration and everybody’s access to them', async () => {
    const ana = await under.browser('ana');
    const token = await under.token('ana', 'demo', ['alerts:read']);
    expect(await names(ana)).toEqual(['a', 'demo']);
    expect((await token.call('GET', 'tenants/demo/alerts')).status).toBe(200);
    expect((await ana.call('DELETE', 'tenants/demo')).status).toBe(403);

    expect((await root.call('DELETE', 'tenants/demo')).status).toBe(200);
    expect(text).not.toContain('demo');
    expect(text).toContain('# ours');
    expect(Object.keys(applied.at(-1)?.config.tenants ?? {})).toEqual(['a']);
    expect(await under.home.tenants()).not.toContain('demo');
    expect(await names(root)).toEqual(['a']);
    expect(await names(ana)).toEqual(['a']);
    expect((await token.call('GET', 'tenants/demo/alerts')).status).toBe(401);
    expect((await root.call('DELETE', 'tenants/demo')).status).toBe(400);
  });

  it('are created empty, without what one of their name had, and run from their first source on', async () => {
    expect((await root.call('POST', 'tenants', { id: 'demo' })).status).toBe(201);
    expect((await root.call('POST', 'tenants', { id: 'demo' })).status).toBe(400);
    expect(await names(root)).toEqual(['a', 'demo']);
    expect((await root.call('GET', 'tenants/demo/alerts')).json()).toMatchObject({ items: [] });
    expect(await names(await under.browser('ana'))).toEqual(['a']);
    const source = { type: 'file', name: 'web', path: '/nowhere/web.log' };
    expect((await root.call('PUT', 'tenants/demo/sources', { source })).status).toBe(200);
    expect(Object.keys(applied.at(-1)?.config.tenants ?? {})).toEqual(['a', 'demo']);
    const log = (await root.call('GET', 'audit')).json<{ items: { action: string; subject: string }[] }>();
    const actions = log.items.filter(({ subject }) => subject === 'demo').map(({ action }) => action);
    expect(actions).toEqual(['tenant created', 'tenant removed']);
  });

  it('keeps the last one, without which nothing can run', async () => {
    await root.call('DELETE', 'tenants/demo');
    const refused = await root.call('DELETE', 'tenants/a');
    expect([refused.status, refused.body]).toEqual([400, expect.stringContaining('at least one tenant')]);
    expect(await under.home.tenants()).toContain('a');
  });
});
