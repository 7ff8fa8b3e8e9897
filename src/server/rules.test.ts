import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertWrite, DAY } from '../store/testing/fixtures.ts';
import { type Caller, ServerUnderTest } from './testing/server-under-test.ts';

const under = new ServerUnderTest();
let analyst: Caller;
let root: Caller;

beforeAll(async () => {
  await under.start({
    prepare: async (home) => {
      const a = await home.tenant('a');
      const writes = Array.from({ length: 30 }, (_, i) => {
        const { alert, row } = alertWrite(`alert-${i}`, { severity: (i * 10) % 100 });
        return { row, alert: { ...alert, tenant: 'a', detection: { ...alert.detection, entity: `10.0.${i % 3}.${i}` } } };
      });
      await a.alerts.save(writes);
      await a.labels.append({ alertId: 'alert-1', verdict: 'true-positive', note: '', by: 'x', at: DAY });
    },
  });
  await under.user('ana', { a: 'analyst' });
  await under.user('root', {}, true);
  analyst = await under.browser('ana');
  root = await under.browser('root');
}, 60_000);
afterAll(() => under.stop());

describe('suppression rules', () => {
  it('show what they would have hidden, then are kept, changed and removed, with an audit entry each', async () => {
    const rule = { match: { entity: '10.0.1.0/24' }, reason: 'lab network' };
    const preview = (await analyst.call('POST', 'tenants/a/suppressions/preview', rule)).json<Record<string, number>>();
    expect(preview).toMatchObject({ looked: 30, matched: 10, truePositives: 1, entities: 10 });
    const added = (await analyst.call('POST', 'tenants/a/suppressions', rule)).json<{ id: string; active: boolean }>();
    expect(added.active).toBe(true);
    const changed = await analyst.call('PUT', `tenants/a/suppressions/${added.id}`, { ...rule, expires: 1 });
    expect(changed.json<{ active: boolean }>().active).toBe(false);
    expect((await analyst.call('GET', 'tenants/a/suppressions')).json<{ items: object[] }>().items).toHaveLength(1);
    expect((await analyst.call('DELETE', `tenants/a/suppressions/${added.id}`)).status).toBe(200);
    expect((await analyst.call('DELETE', `tenants/a/suppressions/${added.id}`)).status).toBe(404);
    const audit = (await root.call('GET', 'tenants/a/audit')).json<{ items: { action: string }[] }>();
    expect(audit.items.map(({ action }) => action)).toEqual(['suppression removed', 'suppression changed', 'suppression added']);
  });

  it('refuse rules that match everything, zones that there are not, and bad hours', async () => {
    const base = { match: { entity: 'x' }, reason: 'r' };
    for (const bad of [
      { ...base, match: {} },
      { ...base, schedule: { days: [1], start: '1:00', end: '02:00' } },
      { ...base, schedule: { days: [1], start: '01:00', end: '02:00', timezone: 'No/Where' } },
    ])
      expect((await analyst.call('POST', 'tenants/a/suppressions', bad)).status).toBe(400);
  });
});

describe('components tried out', () => {
  it('sends a signed sample alert to a webhook, and says why one cannot be reached', async () => {
    const seen: string[] = [];
    const receiver = createServer((request, response) => {
      let body = '';
      request
        .on('data', (chunk) => (body += chunk))
        .on('end', () => {
          seen.push(`${request.headers['x-vedette-signature'] !== undefined} ${body.includes('Test of alert delivery')}`);
          response.end();
        });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const sent = await root.call('POST', 'tenants/a/sinks/test', { sink: { type: 'webhook', endpoint, secret: 'k' } });
    receiver.close();
    expect(sent.json()).toMatchObject({ delivered: true, error: '' });
    expect(seen).toEqual(['true true']);
    const failed = (await root.call('POST', 'tenants/a/sinks/test', { sink: { type: 'webhook', endpoint } })).json<{
      delivered: boolean;
      hint: string;
    }>();
    expect(failed).toMatchObject({ delivered: false, hint: expect.stringContaining('check the address') });
    expect((await analyst.call('POST', 'tenants/a/sinks/test', { sink: { type: 'webhook', endpoint } })).status).toBe(403);
  });

  it('previews parsed rows of a source, and says what to check when nothing arrives', async () => {
    const path = join(under.folder, 'auth.log');
    writeFileSync(
      path,
      Array.from(
        { length: 20 },
        (_, i) => `Jan  5 10:00:${10 + i} web sshd[${100 + i}]: Failed password for root from 10.0.0.${i} port 22 ssh2\n`,
      ).join(''),
    );
    const seen = await root.call('POST', 'tenants/a/sources/preview', { source: { type: 'file', path }, records: 5, seconds: 2 });
    const { rows, advice, error } = seen.json<{
      rows: { host: string; component: string; parameters: string[] }[];
      advice: string[];
      error: string;
    }>();
    expect([rows.length, advice, error]).toEqual([5, [], '']);
    expect(rows[0]).toMatchObject({ host: 'web', message: expect.stringContaining('Failed password') });
    const silent = await root.call('POST', 'tenants/a/sources/preview', {
      source: { type: 'syslog', udpPort: 0 },
      seconds: 0.5,
    });
    expect(silent.json<{ advice: string[] }>().advice.join(' ')).toContain('for this machine only');
    const absent = await root.call('POST', 'tenants/a/sources/preview', {
      source: { type: 'file', path: '/nowhere/at/all.log' },
      seconds: 0.5,
    });
    expect(absent.json<{ records: number; advice: string[] }>()).toMatchObject({ records: 0, advice: [expect.any(String)] });
    expect(
      (await root.call('POST', 'tenants/a/sources/preview', { source: { type: 'oracle' } })).json<{ error: string }>().error,
    ).toContain('no source');
  });

  it('checks the options of detectors and describes every component', async () => {
    const check = (detector: object) => analyst.call('POST', 'tenants/a/detectors/validate', { detector });
    expect((await check({ type: 'sequence' })).json()).toMatchObject({ valid: true, worksOn: ['sequences'], options: { order: 8 } });
    expect((await check({ type: 'sequence', order: 'x' })).json()).toMatchObject({ valid: false, problems: [{ path: 'order' }] });
    expect((await check({ type: 'oracle' })).status).toBe(400);
    const { sinks } = (await analyst.call('GET', 'tenants/a/components')).json<{
      sinks: { name: string; schema: { properties: object } }[];
    }>();
    expect(Object.keys(sinks.find(({ name }) => name === 'webhook')?.schema.properties ?? {})).toContain('endpoint');
  });
});
