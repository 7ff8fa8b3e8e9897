import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkConfig, configValue, type LoadedConfig, parseConfig } from '../../config/index.ts';
import { pipelineSchema } from '../../pipeline/index.ts';
import { openRegistry } from '../../registry/index.ts';
import type { Response } from '../api/contract.ts';
import { type Caller, ServerUnderTest } from '../testing/server-under-test.ts';

const under = new ServerUnderTest();
let root: Caller;
let admin: Caller;
const applied: LoadedConfig[] = [];
let refuse = false;
let text = `tenants:
  a: # the client
    alertBudget: 3 # a day
    sources:
      - { type: file, name: auth, path: /nowhere/auth.log } # the door
`;

beforeAll(async () => {
  const schema = await pipelineSchema();
  await under.start({
    config: checkConfig(configValue(text), schema).config,
    configurationFile: {
      path: '/etc/vedette.yaml',
      read: async () => text,
      check: (changed) => parseConfig(changed, '/etc/vedette.yaml', schema),
      write: async (changed) => {
        text = changed;
      },
      apply: async (loaded) => {
        if (refuse) throw new Error('the port is taken');
        applied.push(loaded);
      },
    },
  });
  await under.user('root', {}, true);
  await under.user('admin', { a: 'admin' });
  root = await under.browser('root');
  admin = await under.browser('admin');
}, 60_000);
afterAll(() => under.stop());

describe('settings', () => {
  it('are written to the file with its comments kept, applied, shown and audited', async () => {
    const changed = await admin.call('PATCH', 'tenants/a/settings', { alertBudget: 7, retention: { maxAge: '7d' } });
    expect(changed.json()).toMatchObject({ alertBudget: 7, retention: { maxAge: 7 * 86_400e6 } });
    for (const kept of ['# the client', 'alertBudget: 7 # a day', '# the door', 'maxAge: 7d']) expect(text).toContain(kept);
    expect(applied.at(-1)?.config.tenants.a?.alertBudget).toBe(7);
    const audit = (await admin.call('GET', 'tenants/a/audit')).json<{ items: { action: string; subject: string }[] }>();
    expect(audit.items[0]).toMatchObject({ action: 'settings changed', subject: 'alertBudget=7 retention.maxAge=7d' });
  });

  it('take sources and sinks, with their secrets hidden, and give them back', async () => {
    expect((await root.call('PUT', 'tenants/a/sources', { source: { type: 'file', name: 'app', path: '/nowhere/app.log' } })).status).toBe(
      200,
    );
    const sink = { type: 'webhook', name: 'soc', endpoint: 'http://127.0.0.1:9/x', secret: 'very-secret', when: { minSeverity: 50 } };
    expect((await root.call('PUT', 'tenants/a/sinks', { sink })).status).toBe(200);
    const { sources, sinks } = (await admin.call('GET', 'tenants/a/settings')).json<{ sources: { name: string }[]; sinks: object[] }>();
    expect(sources.map(({ name }) => name)).toEqual(['auth', 'app']);
    expect(sinks).toMatchObject([{ name: 'soc', when: { minSeverity: 50 } }]);
    expect(JSON.stringify(sinks)).not.toContain('very-secret');
    expect((await root.call('DELETE', 'tenants/a/sinks/soc')).status).toBe(200);
    expect((await root.call('DELETE', 'tenants/a/sinks/soc')).status).toBe(404);
    expect(text).not.toContain('very-secret');
    expect((await admin.call('PUT', 'tenants/a/sinks', { sink })).status).toBe(403);
  });

  it('change a source or sink by its name: comments and secrets stay, what is left out goes', async () => {
    const webhook =
      'sinks:\n      - type: webhook # to the SOC\n        name: soc\n        endpoint: https://bob:pw@soc.example/x\n        secret: very-secret # rotated in May\n';
    text = text.replace(/ {4}sinks:[\s\S]*$/, `    ${webhook}`);
    expect(
      (await root.call('PUT', 'tenants/a/sources', { source: { type: 'file', name: 'auth', path: '/var/log/auth.log' } })).status,
    ).toBe(200);
    expect(text).toMatch(/\{ type: file, name: auth, path: \/var\/log\/auth.log \} # the door/);
    const shown = (await admin.call('GET', 'tenants/a/settings')).json<Response<'settings'>>();
    expect(shown.written.sources[0]).toEqual({ type: 'file', name: 'auth', path: '/var/log/auth.log' });
    expect(shown.written.sinks).toEqual([{ type: 'webhook', name: 'soc', endpoint: 'https://(hidden)@soc.example/x', secret: '(hidden)' }]);
    expect(JSON.stringify(shown)).not.toMatch(/very-secret|bob:pw/);
    const sink = { ...shown.written.sinks[0], when: { minSeverity: 75 } };
    expect((await root.call('PUT', 'tenants/a/sinks', { sink })).status).toBe(200);
    for (const kept of ['# to the SOC', 'bob:pw@soc', 'secret: very-secret # rotated in May', 'minSeverity: 75'])
      expect(text).toContain(kept);
    const open = Object.fromEntries(Object.entries(sink).filter(([key]) => key !== 'secret'));
    expect((await root.call('PUT', 'tenants/a/sinks', { sink: open })).status).toBe(200);
    expect(text).not.toContain('very-secret');
    const unknown = await root.call('PUT', 'tenants/a/sinks', { sink });
    expect([unknown.status, unknown.body]).toEqual([400, expect.stringContaining('secret is hidden')]);
    expect((await root.call('DELETE', 'tenants/a/sinks/soc')).status).toBe(200);
    expect((await root.call('DELETE', 'tenants/a/sources/app')).status).toBe(200);
    expect(text).toContain('# the door');
    expect(text).not.toContain('name: app');
    const last = await root.call('DELETE', 'tenants/a/sources/auth');
    expect([last.status, last.body]).toEqual([400, expect.stringContaining('Nothing was changed')]);
  });

  it('change nothing when they do not fit or cannot be applied', async () => {
    const before = text;
    const bad = await root.call('PUT', 'tenants/a/sources', { source: { type: 'file', name: 'odd', pth: '/x' } });
    expect([bad.status, bad.body]).toEqual([400, expect.stringContaining('pth')]);
    expect(bad.body).not.toContain('/etc/');
    refuse = true;
    expect((await admin.call('PATCH', 'tenants/a/settings', { alertBudget: 9 })).status).toBe(500);
    refuse = false;
    expect(text).toBe(before);
    expect(under.context.config.tenants.a?.alertBudget).toBe(7);
  });

  it('name the model a detector scores with', async () => {
    expect((await admin.call('PUT', 'tenants/a/detectors/auth/sequence/model', { model: 'none' })).status).toBe(404);
    expect((await admin.call('PUT', 'tenants/a/detectors/auth/oracle/model', { model: null })).status).toBe(404);

    const registry = openRegistry((await under.home.tenant('a')).bytes, { now: () => 1, program: 'p' });
    const info = {
      detector: 'sequence',
      seed: 1,
      data: { from: 0, to: 1, rows: 1, sha256: '' },
      features: {},
      hyperParameters: {},
      metrics: {},
      calibration: {},
    };
    await registry.saveModel('door', info, { 'model.bin': new Uint8Array(1) });
    expect((await admin.call('PUT', 'tenants/a/detectors/auth/sequence/model', { model: 'door' })).status).toBe(200);
    const source = applied.at(-1)?.config.tenants.a?.sources[0];
    expect(source?.detectors?.map(({ type, model }) => [type, model])).toEqual(
      expect.arrayContaining([
        ['sequence', 'door'],
        ['novelty', undefined],
      ]),
    );
    expect((await admin.call('PUT', 'tenants/a/detectors/auth/sequence/model', { model: null })).status).toBe(200);
    expect(text).not.toContain('model: door');
  });
});
